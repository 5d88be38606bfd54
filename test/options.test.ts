import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import { IpemError } from '../src/errors.js'
import { defaults, normalizeForkOptions, normalizeOptions, normalizeWorkerOptions } from '../src/options.js'
import { FORK_SCHEMA, OPTIONS_SCHEMA, type OptionSchema, WORKER_SCHEMA } from '../src/options-schema.js'

const MiB = 1024 * 1024
const MAX_MS = 2 ** 31 - 1

interface Row {
  /** Where it is not a number, the value as the parts of ipem see it. */
  default: unknown
  accepts: readonly unknown[]
  rejects: readonly unknown[]
  /** What a value becomes, where it does not stay as it is. */
  becomes?: (given: never) => unknown
}

function integer(value: number, min: number, max: number): Row {
  return { default: value, accepts: [min, max], rejects: [min - 1, max + 1, min + 0.5, Number.NaN, `${min}`, null] }
}

function flag(value: boolean): Row {
  return { default: value, accepts: [true, false], rejects: [0, 'true', null] }
}

const pem: Row = {
  default: undefined,
  accepts: ['-----BEGIN', Buffer.from('x'), ['a', Buffer.from('b')]],
  rejects: ['', Buffer.alloc(0), [], [''], 1, null],
}

const restart: Row = {
  default: 'permanent',
  accepts: [true, false, 'permanent', 'transient', 'temporary'],
  rejects: [1, 'always', null],
  becomes: (given) => ({ true: 'permanent', false: 'temporary' })[String(given)] ?? given,
}

const intensity: Row = {
  default: null,
  accepts: [null, { restarts: 0, periodMs: 1 }, { restarts: 5, periodMs: MAX_MS }],
  rejects: [true, 3, {}, { restarts: 1 }, { restarts: -1, periodMs: 1 }, { restarts: 1, periodMs: 0 }],
}

const text: Row = { default: undefined, accepts: ['x'], rejects: ['', 1, null] }

const OPTIONS: Readonly<Record<string, Row>> = {
  name: { default: undefined, accepts: ['a', 'x'.repeat(256)], rejects: ['', 'ü'.repeat(129), 1, null] },
  restart,
  delayRestart: integer(1000, 0, MAX_MS),
  maxDelayRestart: integer(30_000, 0, MAX_MS),
  healthyAfter: integer(10_000, 0, MAX_MS),
  intensity,
  stopTimeout: integer(5000, 0, MAX_MS),
  signals: flag(true),
  orphan: { default: 'exit', accepts: ['exit', 'rejoin'], rejects: ['stay', true, null] },
  hangTimeout: integer(0, 0, MAX_MS),
  useSocket: flag(true),
  requestTimeout: integer(30_000, 0, MAX_MS),
  stallMs: integer(1000, 1, MAX_MS),
  flushDeadlineMs: integer(2000, 0, MAX_MS),
  handshakeTimeout: integer(5000, 1, MAX_MS),
  schemas: {
    default: {},
    accepts: [{}, { job: { type: 'array' } }, { any: true }],
    rejects: [[], null, { job: 1 }, { job: { check() {} } }],
  },
  'socket.socketPath': {
    default: null,
    accepts: [null, '/tmp/x.sock', `/${'x'.repeat(102)}`],
    rejects: ['', `/${'x'.repeat(103)}`, `/${'ü'.repeat(52)}`, 'a\0b', 1],
  },
  'socket.port': integer(7100, 0, 65535),
  'socket.host': { default: 'localhost', accepts: ['::1', '0.0.0.0'], rejects: ['', 1, null] },
  'socket.reconnect': flag(true),
  'socket.delayReconnect': integer(3000, 0, MAX_MS),
  'socket.onlyConnect': flag(false),
  'socket.cookie': {
    default: undefined,
    accepts: ['x'.repeat(16), Buffer.alloc(16), new Uint8Array(17)],
    rejects: ['x'.repeat(15), Buffer.alloc(15), new Uint16Array(16), 1, null],
    becomes: (given) => Buffer.from(given),
  },
  'socket.insecure': flag(false),
  'socket.tls': { default: null, accepts: [null, {}], rejects: [true, 'pem', []] },
  'socket.tls.key': pem,
  'socket.tls.cert': pem,
  'socket.tls.ca': pem,
  'socket.tls.passphrase': text,
  'socket.tls.servername': text,
  'socket.heartbeatMs': integer(5000, 0, MAX_MS),
  'socket.heartbeatMisses': integer(3, 1, 1000),
  'limits.maxPayload': integer(64 * MiB, 1, 1024 * MiB),
  'limits.highWaterMark': integer(MiB / 4, 1, 1024 * MiB),
  'limits.hardLimit': integer(64 * MiB, 1, 65536 * MiB),
  'limits.maxPendingRequests': integer(10_000, 1, 2 ** 24),
  'limits.maxUnauthenticated': integer(64, 1, 65535),
  'limits.headerRing': integer(1024, 16, 4096),
  'limits.maxInterestNames': integer(65536, 1, 2 ** 24),
  'limits.maxHeldBytes': integer(64 * MiB, 1, 65536 * MiB),
}

const CHILD_OPTIONS: Readonly<Record<string, Row>> = {
  env: { default: undefined, accepts: [{}, { A: '1', B: undefined }], rejects: ['A=1', [], null] },
  execArgv: { default: undefined, accepts: [[], ['--expose-gc']], rejects: ['--expose-gc', [1], null] },
  restart,
  delayRestart: integer(1000, 0, MAX_MS),
  intensity,
  stopTimeout: integer(5000, 0, MAX_MS),
  hangTimeout: integer(0, 0, MAX_MS),
}

const FORK_OPTIONS: Readonly<Record<string, Row>> = {
  ...CHILD_OPTIONS,
  cwd: { default: undefined, accepts: ['/tmp', new URL('file:///tmp')], rejects: ['', 1, {}, null] },
  execPath: text,
  stdio: { default: undefined, accepts: ['inherit', ['pipe', 1, null]], rejects: ['file', 1, {}, null] },
  serialization: { default: undefined, accepts: ['json', 'advanced'], rejects: ['xml', null] },
  detached: { default: undefined, accepts: [true, false], rejects: [1, null] },
  signal: { default: undefined, accepts: [new AbortController().signal], rejects: [{}, true, null] },
}

const WORKER_OPTIONS: Readonly<Record<string, Row>> = {
  ...CHILD_OPTIONS,
  args: { default: undefined, accepts: [[], ['-v']], rejects: ['-v', [1], null] },
}

const FUNCTIONS = [
  {
    name: 'options()',
    rows: OPTIONS,
    schema: OPTIONS_SCHEMA,
    normalize: (given: object) => normalizeOptions(undefined, given),
  },
  {
    name: 'fork()',
    rows: FORK_OPTIONS,
    schema: FORK_SCHEMA,
    normalize: (given: object) => normalizeForkOptions(defaults, given),
  },
  {
    name: 'worker()',
    rows: WORKER_OPTIONS,
    schema: WORKER_SCHEMA,
    normalize: (given: object) => normalizeWorkerOptions(defaults, given),
  },
]

for (const { name, rows, schema, normalize } of FUNCTIONS) {
  describe(`the options of ${name}`, () => {
    test('are all in the table of this test', () => {
      assert.deepEqual([...leavesOf(schema)].sort(), Object.keys(rows).sort())
    })

    for (const [option, row] of Object.entries(rows)) {
      test(`${option} has its default, its bounds and its error`, () => {
        assert.deepEqual(plain(pick(normalize({}), option)), row.default)
        for (const value of row.accepts) {
          const expected = row.becomes ? row.becomes(value as never) : value
          assert.deepEqual(plain(pick(normalize(nest(option, value)), option)), expected)
        }
        for (const value of row.rejects) {
          assert.throws(
            () => normalize(nest(option, value)),
            (error) => isInvalidOption(error) && String(error.option).startsWith(option),
            `${option}: ${String(value)}`,
          )
        }
        assert.deepEqual(
          normalize(nest(option, undefined)),
          normalize(nest(option.split('.').slice(0, -1).join('.'), {})),
        )
      })
    }
  })
}

describe('the error of a wrong option', () => {
  const rows: readonly [given: unknown, message: string][] = [
    [{ socket: { port: 'x' } }, 'Expected `socket.port` to be an integer 0–65535, got `"x"`'],
    [{ socket: { port: 65536 } }, 'Expected `socket.port` to be an integer 0–65535, got `65536`'],
    [{ signals: 1 }, 'Expected `signals` to be true or false, got `1`'],
    [{ socket: 7100 }, 'Expected `socket` to be an object, got `7100`'],
    [{ intensity: 3 }, 'Expected `intensity` to be an object or null, got `3`'],
    [
      { intensity: { restarts: 1 } },
      'Expected `intensity.periodMs` to be a whole number of milliseconds 1–2147483647, got `undefined`',
    ],
    [null, 'Expected `options` to be an object, got `null`'],
    [undefined, 'Expected `options` to be an object, got `undefined`'],
    [{ socket: { prot: 1 } }, 'Unknown option `socket.prot`, did you mean `socket.port`?'],
    [{ port: 7100 }, 'Unknown option `port`, did you mean `socket.port`?'],
    [{ usesocket: true }, 'Unknown option `usesocket`, did you mean `useSocket`?'],
    [{ frobnicate: 1 }, 'Unknown option `frobnicate`'],
    [{ constructor: 1 }, 'Unknown option `constructor`'],
    [JSON.parse('{ "__proto__": { "useSocket": false } }'), 'Unknown option `__proto__`'],
    [JSON.parse('{ "socket": { "__proto__": { "port": 1 } } }'), 'Unknown option `socket.__proto__`'],
    [JSON.parse('{ "schemas": { "__proto__": {} } }'), 'Unknown option `schemas.__proto__`'],
    [{ schemas: { 'a/b~c': 1 } }, 'Expected `schemas.a/b~c` to be a JSON schema for the array of arguments, got `1`'],
  ]
  for (const [given, message] of rows) {
    test(message, () => {
      assert.throws(() => normalizeOptions(undefined, given as object), { code: 'ERR_IPEM_INVALID_OPTION', message })
    })
  }

  test('names the entry of an array', () => {
    const given = { execArgv: ['--expose-gc', 1] } as object
    assert.throws(() => normalizeForkOptions(defaults, given), {
      message: 'Expected `execArgv[1]` to be a string, got `1`',
      option: 'execArgv[1]',
      value: 1,
    })
  })

  test('carries the option and its value', () => {
    assert.throws(() => normalizeOptions(undefined, { delayRestart: -1 }), { option: 'delayRestart', value: -1 })
  })

  test('never shows a secret', () => {
    for (const socket of [{ cookie: 'hunter2' }, { tls: { key: ['hunter2', ''] } }]) {
      assert.throws(
        () => normalizeOptions(undefined, { socket }),
        (error) => isInvalidOption(error) && !('value' in error) && !error.message.includes('hunter2'),
      )
    }
  })

  test('shows only the start of a long value', () => {
    assert.throws(
      () => normalizeOptions(undefined, { orphan: 'x'.repeat(10_000) } as object),
      (error) => isInvalidOption(error) && error.message.length < 200,
    )
  })
})

describe('options() called more than once', () => {
  test('merges socket and limits key by key and replaces all others', () => {
    const first = normalizeOptions(undefined, {
      socket: { port: 1, host: '::1', tls: { ca: 'a' } },
      limits: { headerRing: 16 },
      intensity: { restarts: 1, periodMs: 1 },
      schemas: { a: true },
    })
    const second = normalizeOptions(first, {
      socket: { port: 2, tls: { cert: 'b' } },
      limits: { maxPayload: 1 },
      schemas: { b: true },
    })
    assert.deepEqual(second.socket, { ...defaults.socket, port: 2, host: '::1', tls: { cert: 'b' } })
    assert.deepEqual(second.limits, { ...defaults.limits, headerRing: 16, maxPayload: 1 })
    assert.deepEqual(second.intensity, { restarts: 1, periodMs: 1 })
    assert.deepEqual({ ...second.schemas }, { b: true })
  })

  test('remembers what was given about where to meet', () => {
    const named = normalizeOptions(undefined, { name: 'app' })
    assert.deepEqual(named.explicit, { name: true, port: false, socketPath: false })
    const ported = normalizeOptions(named, { socket: { port: 7100 } })
    assert.deepEqual(ported.explicit, { name: true, port: true, socketPath: false })
    const pathed = normalizeOptions(ported, { socket: { socketPath: '/tmp/x' } })
    assert.deepEqual(pathed.explicit, { name: true, port: true, socketPath: true })
    assert.equal(normalizeOptions(pathed, { socket: { socketPath: null } }).explicit.socketPath, false)
  })

  test('leaves the options as they were when it throws', () => {
    const before = normalizeOptions(undefined, { socket: { port: 1 } })
    assert.throws(() => normalizeOptions(before, { socket: { port: 2, host: '' } }))
    assert.equal(before.socket.port, 1)
  })

  test('gives children its restart options', () => {
    const base = normalizeOptions(undefined, { restart: 'transient', delayRestart: 5, stopTimeout: 6 })
    const { restart, delayRestart, stopTimeout } = normalizeForkOptions(base, { stopTimeout: 7 })
    assert.deepEqual({ restart, delayRestart, stopTimeout }, { restart: 'transient', delayRestart: 5, stopTimeout: 7 })
  })
})

describe('normalised options', () => {
  test('are frozen all the way down', () => {
    const given = { schemas: { a: { items: [{ type: 'string' }] } }, socket: { tls: { ca: ['a'] } } }
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    assert.ok(frozen(normalizeOptions(undefined, given)))
    assert.ok(frozen(defaults))
  })

  test('share nothing with what was given', () => {
    const cookie = Buffer.alloc(16, 1)
    const schema = { items: [{ type: 'string' }] }
    const tls = { ca: ['a'] }
    const { socket, schemas } = normalizeOptions(undefined, { schemas: { a: schema }, socket: { cookie, tls } })
    cookie.fill(0)
    schema.items.length = 0
    tls.ca.length = 0
    assert.deepEqual(socket.cookie, Buffer.alloc(16, 1))
    assert.deepEqual(socket.tls, { ca: ['a'] })
    assert.deepEqual(schemas.a, { items: [{ type: 'string' }] })
  })

  test('have no schema for an event called like something every object has', () => {
    assert.equal(normalizeOptions(undefined, { schemas: { a: true } }).schemas.constructor, undefined)
    assert.equal(defaults.schemas.toString, undefined)
  })

  test('take a schema that refers to itself', () => {
    const schema: Record<string, unknown> = { type: 'array' }
    schema.items = schema
    assert.ok(normalizeOptions(undefined, { schemas: { a: schema } }).schemas.a)
  })
})

test('every @default in the documentation of an option is its default', () => {
  const source = fs.readFileSync('src/options-types.ts', 'utf8')
  const documented = source.matchAll(/@default (?<text>.+?)(?: \*\/)?\n(?:\s+\*\/\n)?\s+readonly (?<key>\w+)\?:/g)
  let count = 0
  for (const { groups } of documented) {
    const { text = '', key = '' } = groups ?? {}
    const option = [...leavesOf(OPTIONS_SCHEMA)].find((leaf) => leaf === key || leaf.endsWith(`.${key}`)) ?? key
    const schema = option
      .split('.')
      .reduce<OptionSchema | undefined>((at, part) => at?.properties?.[part], OPTIONS_SCHEMA)
    const unit = { ' MiB': MiB, ' KiB': MiB / 1024 }[text.slice(-4)]
    const value = unit === undefined ? JSON.parse(text.replaceAll("'", '"')) : Number.parseInt(text, 10) * unit
    assert.deepEqual(schema?.default, value, option)
    count++
  }
  const withDefault = Object.values(OPTIONS).filter((row) => row.default !== undefined)
  assert.equal(count, withDefault.length)
})

function* leavesOf(schema: OptionSchema, prefix = ''): Generator<string> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const isGroup = child.properties !== undefined && child.default === undefined && key !== 'intensity'
    if (!isGroup) yield prefix + key
    if (isGroup || key === 'tls') yield* leavesOf(child, `${prefix}${key}.`)
  }
}

function nest(option: string, value: unknown): object {
  if (option === '') return {}
  return option.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
}

function pick(options: object, option: string): unknown {
  return option.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], options)
}

/** Without the prototype-less objects, which deepEqual tells from literals. */
function plain(value: unknown): unknown {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === null ? { ...value } : value
}

function isInvalidOption(error: unknown): error is IpemError {
  return error instanceof IpemError && error.code === 'ERR_IPEM_INVALID_OPTION'
}
