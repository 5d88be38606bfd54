// Turns what a generated validator found into the one error the user sees.
// Owns the wording: which option, what was expected, what came, what may have been meant.

import { inspect } from 'node:util'
import { IpemError } from './errors.js'
import type { Validate } from './generated/validators.js'
import type { OptionSchema } from './options-schema.js'

const MAX_SHOWN = 80

/**
 * @param what how the whole object is called in an error, `options` in most cases
 * @throws ERR_IPEM_INVALID_OPTION with `option`, and with `value` where it is no secret
 */
export function check(validate: Validate, schema: OptionSchema, given: unknown, what: string): void {
  if (validate(given)) return
  // Of an `anyOf` or `propertyNames` the last error is the whole, those before are its parts.
  throw errorOf(validate.errors?.at(-1), schema, given, what)
}

/**
 * The same for a validator that finds all errors.
 *
 * @returns one error for each option that is wrong, none if all is well
 */
export function checkAll(validate: Validate, schema: OptionSchema, given: unknown, what: string): IpemError[] {
  if (validate(given)) return []
  const found = new Map<string, IpemError>()
  for (const error of validate.errors ?? []) {
    // One of the ways in which it could have been right; that none of them is has an error of its own.
    if (error.schemaPath.includes('/anyOf/')) continue
    const wrong = errorOf(error, schema, given, what)
    // A later one is about more of the same option, and an unknown option is about nothing else.
    found.set(error.keyword === 'additionalProperties' ? `?${wrong.option}` : topOf(String(wrong.option)), wrong)
  }
  for (const [key, error] of found) if (key.startsWith('?')) found.delete(topOf(String(error.option)))
  return [...found.values()]
}

const topOf = (option: string): string => option.split(/[.[]/)[0] ?? ''

type Finding = NonNullable<Validate['errors']>[number]

function errorOf(error: Finding | undefined, schema: OptionSchema, given: unknown, what: string): IpemError {
  const keys = (error?.instancePath ?? '').split('/').slice(1).map(unescapePointer)
  if (error?.keyword === 'additionalProperties')
    return unknownOption(schema, [...keys, error.params.additionalProperty])
  if (error?.keyword === 'propertyNames') return unknownOption(schema, [...keys, error.params.propertyName])
  if (error?.keyword === 'required') keys.push(String(error.params.missingProperty))
  return invalidOption(schema, given, keys, what)
}

function invalidOption(schema: OptionSchema, given: unknown, keys: readonly string[], what: string): IpemError {
  let option = ''
  let value = given
  let at: OptionSchema | undefined = schema
  for (const key of keys) {
    const inArray: boolean = at?.items !== undefined
    option += inArray ? `[${key}]` : option === '' ? key : `.${key}`
    at = inArray ? at?.items : childOf(at, key)
    value = (value as Record<string, unknown> | undefined)?.[key]
    // What lies deeper is a detail of this option: its own words say all that is to be said.
    if (at?.expected !== undefined && at.items === undefined) break
  }
  const expected = at?.expected ?? `an object${at?.type?.includes('null') && keys.length > 0 ? ' or null' : ''}`
  const message = `Expected \`${option || what}\` to be ${expected}, got \`${at?.secret ? typeof value : shown(value)}\``
  return new IpemError('ERR_IPEM_INVALID_OPTION', message, { option, ...(!at?.secret && { value }) })
}

function unknownOption(schema: OptionSchema, keys: readonly unknown[]): IpemError {
  const option = keys.join('.')
  const meant = nearest(option, [...optionsOf(schema)])
  const hint = meant === undefined ? '' : `, did you mean \`${meant}\`?`
  return new IpemError('ERR_IPEM_INVALID_OPTION', `Unknown option \`${option}\`${hint}`, { option })
}

function childOf(schema: OptionSchema | undefined, key: string): OptionSchema | undefined {
  const { properties, additionalProperties } = schema ?? {}
  if (properties && Object.hasOwn(properties, key)) return properties[key]
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

function* optionsOf(schema: OptionSchema, prefix = ''): Generator<string> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    yield prefix + key
    yield* optionsOf(child, `${prefix}${key}.`)
  }
}

/** The option that is spelt most alike: first by its last word, which also finds one given at the wrong level. */
function nearest(option: string, candidates: readonly string[]): string | undefined {
  const word = lastWord(option)
  const allowed = Math.ceil(word.length / 3)
  const [best] = candidates
    .map((candidate) => ({
      candidate,
      off: editDistance(word, lastWord(candidate)),
      far: editDistance(option, candidate),
    }))
    .filter(({ off }) => off <= allowed)
    .sort((a, b) => a.off - b.off || a.far - b.far)
  return best?.candidate
}

function lastWord(option: string): string {
  return option.slice(option.lastIndexOf('.') + 1).toLowerCase()
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, customInspect: false })
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
