// JSON schemas a user gives for the arguments of events. ajv is loaded with the first one, not before.

import { createRequire } from 'node:module'
import type { Ajv as AjvClass, ValidateFunction } from 'ajv'
import { IpemError } from './errors.js'

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

  /** Why the arguments do not fit, or null. */
  check(event: string, args: readonly unknown[]): IpemError | null {
    const validate = this.#validators.get(event)
    if (validate === undefined || validate(args)) return null
    const [error] = validate.errors ?? []
    const path = `args${error?.instancePath ?? ''}`
    return new IpemError('ERR_IPEM_SCHEMA', `Expected ${path} of '${event}' to fit its schema: ${error?.message}`, {
      event,
      path,
    })
  }
}
