// JSON schemas a user gives for the arguments of events. ajv is loaded with the first one, not before.

import { createRequire } from 'node:module'
import type { Ajv as AjvClass, ValidateFunction } from 'ajv'
import { IpemError } from './errors.js'
import { RESERVED_EVENTS } from './message.js'

export class SchemaCheck {
  readonly #validators = new Map<string, ValidateFunction>()

  /** @throws ERR_IPEM_INVALID_OPTION a schema is none */
  constructor(schemas: Readonly<Record<string, object | boolean>>) {
    const entries = Object.entries(schemas)
    if (entries.length === 0) return
    const { Ajv } = createRequire(import.meta.url)('ajv') as { Ajv: typeof AjvClass }
    const ajv = new Ajv({ strict: false, addUsedSchema: false })
    for (const [event, schema] of entries) {
      try {
        if (RESERVED_EVENTS.has(event)) throw new Error("The event is ipem's own")
        const validate = ajv.compile(schema)
        if ('$async' in validate) throw new Error('An asynchronous schema cannot be checked at the call')
        this.#validators.set(event, validate)
      } catch (cause) {
        const option = `schemas.${event}`
        throw new IpemError('ERR_IPEM_INVALID_OPTION', `Expected \`${option}\` to be a JSON schema`, { option, cause })
      }
    }
  }

  get active(): boolean {
    return this.#validators.size > 0
  }

  /** Why the arguments do not fit, or null. `from` is the process that sent them, if it was another one. */
  check(event: string, args: readonly unknown[], from?: string): IpemError | null {
    const validate = this.#validators.get(event)
    if (validate === undefined || validate(args)) return null
    const [error] = validate.errors ?? []
    const path = pathOf(error?.instancePath ?? '')
    const sender = from === undefined ? '' : ` (sent by ${from})`
    const text = `Expected ${path} of '${event}' to fit its schema: ${error?.message}${sender}`
    return new IpemError('ERR_IPEM_SCHEMA', text, { event, path, ...(from !== undefined && { pid: from }) })
  }
}

/** `args[0].id`, as everywhere else, from a JSON pointer. */
function pathOf(pointer: string): string {
  const keys = pointer.split('/').slice(1)
  const parts = keys.map((key) =>
    /^\d+$/.test(key) ? `[${key}]` : `.${key.replaceAll('~1', '/').replaceAll('~0', '~')}`,
  )
  return `args${parts.join('')}`
}
