// Every option once: its JSON schema, its default and the words an error uses for it.
// scripts/build-validators.js compiles the schemas; options.ts reads the defaults from them.

/** A JSON schema with the keywords `scripts/build-validators.js` adds. */
export interface OptionSchema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, OptionSchema>>
  readonly additionalProperties?: boolean | OptionSchema
  readonly propertyNames?: OptionSchema
  readonly required?: readonly string[]
  readonly items?: OptionSchema
  readonly minItems?: number
  readonly anyOf?: readonly OptionSchema[]
  readonly not?: OptionSchema
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
  readonly default?: unknown
  /** Fits a Buffer or Uint8Array of at least so many bytes. */
  readonly minBytes?: number
  /** Fits a string of at most so many bytes of UTF-8. */
  readonly maxUtf8Bytes?: number
  /** Fits an instance of this global class. */
  readonly instance?: 'URL' | 'AbortSignal'
  /** Fits a function. */
  readonly callable?: boolean
  /** Completes the sentence "Expected `option` to be …". Errors below this schema are reported here. */
  readonly expected?: string
  /** The value never stands in an error. */
  readonly secret?: boolean
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const MAX_MS = 2 ** 31 - 1

/** Longest path of a Unix socket that all our systems take. */
const MAX_SOCKET_PATH = 103

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

function integer(minimum: number, maximum: number, value?: number): OptionSchema {
  const expected = `an integer ${minimum}–${maximum}`
  return { type: 'integer', minimum, maximum, expected, ...(value !== undefined && { default: value }) }
}

function milliseconds(minimum: number, value?: number): OptionSchema {
  return { ...integer(minimum, MAX_MS, value), expected: `a whole number of milliseconds ${minimum}–${MAX_MS}` }
}

function flag(value?: boolean): OptionSchema {
  return { type: 'boolean', expected: 'true or false', ...(value !== undefined && { default: value }) }
}

function oneOf(values: readonly unknown[], value?: unknown): OptionSchema {
  const expected = `one of ${values.map((each) => JSON.stringify(each)).join(', ')}`
  return { enum: values, expected, ...(value !== undefined && { default: value }) }
}

const text: OptionSchema = { type: 'string', minLength: 1, expected: 'a string that is not empty' }
const texts: OptionSchema = { type: 'array', items: { type: 'string', expected: 'a string' }, expected: 'an array' }

const noPrototype: OptionSchema = { not: { const: '__proto__' } }

const pem: OptionSchema = { anyOf: [{ type: 'string', minLength: 1 }, { minBytes: 1 }] }
const pems: OptionSchema = {
  anyOf: [...(pem.anyOf ?? []), { type: 'array', minItems: 1, items: pem }],
  expected: 'a PEM string, a Buffer or an array of them',
}

const restart = oneOf([true, false, 'permanent', 'transient', 'temporary'])
const intensity: OptionSchema = {
  type: ['object', 'null'],
  properties: { restarts: integer(0, 1_000_000), periodMs: milliseconds(1) },
  additionalProperties: false,
  required: ['restarts', 'periodMs'],
}

const socket: OptionSchema = {
  type: 'object',
  properties: {
    socketPath: {
      type: ['string', 'null'],
      minLength: 1,
      maxUtf8Bytes: MAX_SOCKET_PATH,
      pattern: '^[^\\u0000]*$',
      default: null,
      expected: `a path of 1–${MAX_SOCKET_PATH} bytes or null`,
    },
    port: integer(0, 65535, 7100),
    host: { ...text, default: 'localhost' },
    reconnect: flag(true),
    delayReconnect: milliseconds(0, 3000),
    onlyConnect: flag(false),
    cookie: {
      anyOf: [{ type: 'string', minLength: 16 }, { minBytes: 16 }],
      expected: 'a string of at least 16 characters or a Buffer of at least 16 bytes',
      secret: true,
    },
    insecure: flag(false),
    tls: {
      type: ['object', 'null'],
      properties: {
        key: { ...pems, secret: true },
        cert: pems,
        ca: pems,
        passphrase: { ...text, secret: true },
        servername: text,
      },
      additionalProperties: false,
      default: null,
    },
    heartbeatMs: milliseconds(0, 5000),
    heartbeatMisses: integer(1, 1000, 3),
  },
  additionalProperties: false,
}

const limits: OptionSchema = {
  type: 'object',
  properties: {
    maxPayload: integer(1, GiB, 64 * MiB),
    highWaterMark: integer(1, GiB, 256 * KiB),
    hardLimit: integer(1, 64 * GiB, 64 * MiB),
    maxPendingRequests: integer(1, 2 ** 24, 10_000),
    maxUnauthenticated: integer(1, 65535, 64),
    headerRing: integer(16, 4096, 1024),
    maxInterestNames: integer(1, 2 ** 24, 65536),
    maxHeldBytes: integer(1, 64 * GiB, 64 * MiB),
  },
  additionalProperties: false,
}

/** What `options()` takes. */
export const OPTIONS_SCHEMA: OptionSchema = {
  type: 'object',
  properties: {
    name: { ...text, maxUtf8Bytes: 256, expected: 'a string of 1–256 bytes' },
    restart: { ...restart, default: true },
    delayRestart: milliseconds(0, 1000),
    maxDelayRestart: milliseconds(0, 30_000),
    healthyAfter: milliseconds(0, 10_000),
    intensity: { ...intensity, default: null },
    stopTimeout: milliseconds(0, 5000),
    signals: flag(true),
    orphan: oneOf(['exit', 'rejoin'], 'exit'),
    hangTimeout: milliseconds(0, 0),
    useSocket: flag(true),
    requestTimeout: milliseconds(0, 30_000),
    stallMs: milliseconds(1, 1000),
    flushDeadlineMs: milliseconds(0, 2000),
    handshakeTimeout: milliseconds(1, 5000),
    schemas: {
      type: 'object',
      propertyNames: noPrototype,
      additionalProperties: {
        type: ['object', 'boolean'],
        expected: 'a JSON schema for the array of arguments',
      },
      default: {},
    },
    socket,
    limits,
  },
  additionalProperties: false,
}

const childProperties: Readonly<Record<string, OptionSchema>> = {
  env: { type: 'object', propertyNames: noPrototype, expected: 'an object' },
  execArgv: texts,
  restart,
  delayRestart: milliseconds(0),
  intensity,
  stopTimeout: milliseconds(0),
  hangTimeout: milliseconds(0),
}

/** What `fork()` takes. */
export const FORK_SCHEMA: OptionSchema = {
  type: 'object',
  properties: {
    ...childProperties,
    cwd: { anyOf: [{ type: 'string', minLength: 1 }, { instance: 'URL' }], expected: 'a path or a file: URL' },
    execPath: text,
    stdio: {
      anyOf: [{ enum: ['pipe', 'ignore', 'inherit', 'overlapped'] }, { type: 'array' }],
      expected: '"pipe", "ignore", "inherit", "overlapped" or an array',
    },
    serialization: oneOf(['json', 'advanced']),
    detached: flag(),
    signal: { instance: 'AbortSignal', expected: 'an AbortSignal' },
  },
  additionalProperties: false,
}

/** What `worker()` takes. */
export const WORKER_SCHEMA: OptionSchema = {
  type: 'object',
  properties: { ...childProperties, args: texts },
  additionalProperties: false,
}
