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
    if (validate === undefined) return null
    try {
      if (validate(args)) return null
    } catch (cause) {
      // A recursive schema and a value that is, too.
      return misfit(event, 'args', 'it lies too deep or contains itself', from, cause)
    }
    const [error] = validate.errors ?? []
    return misfit(event, pathOf(error?.instancePath ?? ''), String(error?.message), from)
  }
}

function misfit(event: string, path: string, why: string, from: string | undefined, cause?: unknown): IpemError {
  const sender = from === undefined ? '' : ` (sent by ${from})`
  const text = `Expected ${path} of '${event}' to fit its schema: ${why}${sender}`
  const facts = { event, path, ...(from !== undefined && { pid: from }), ...(cause !== undefined && { cause }) }
  return new IpemError('ERR_IPEM_SCHEMA', text, facts)
}

/** `args[0].id`, as everywhere else, from a JSON pointer. */
function pathOf(pointer: string): string {
  const keys = pointer.split('/').slice(1)
  const parts = keys.map((key) =>
    /^\d+$/.test(key) ? `[${key}]` : `.${key.replaceAll('~1', '/').replaceAll('~0', '~')}`,
  )
  return `args${parts.join('')}`
}
