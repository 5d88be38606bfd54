import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ResolvedConfig } from '../../../src/serve/config/resolved.js'
import { camelCase, SERVE_SCHEMA, snakeCase } from '../../../src/serve/config/schema.js'
import { knowsReusePort } from '../../../src/serve/native-listener.js'
import { CORES, CWD, INHERITED, problemsOf, resolve } from './resolving.js'

interface Row {
  readonly default: unknown
  readonly accepts: readonly unknown[]
  readonly rejects: readonly unknown[]
  /** Where it stands in the complete configuration, if not under its own name. */
  readonly read?: (config: ResolvedConfig) => unknown
  /** What a value becomes, where it does not stay as it is. */
  readonly becomes?: (given: never) => unknown
}

const DAY_S = 86_400
const inFolder = (file: string) => (file.startsWith('/') ? file : `${CWD}/${file}`)

function seconds(value: number, least = 0): Row {
  return { default: value, accepts: [least, 0.5, DAY_S], rejects: [-1, DAY_S + 1, '1', Number.NaN, Infinity, null] }
}

function oneOf(first: string, ...others: string[]): Row {
  return { default: first, accepts: [first, ...others], rejects: ['nothing', '', first.toUpperCase(), true, null] }
}

const flag: Row = { default: false, accepts: [true, false], rejects: [0, 'true', null] }
const file: Row = { default: undefined, accepts: ['a/b', '/a/b'], rejects: ['', 1, null], becomes: inFolder }
const texts: Row = { default: [], accepts: [[], ['-v', '']], rejects: ['-v', [1], {}, null] }

function hook(name: keyof ResolvedConfig['hooks']): Row {
  return {
    default: undefined,
    accepts: [() => 1, async () => 1],
    rejects: ['f', {}, true, null],
    read: ({ hooks }) => hooks[name],
  }
}

const unix = (path: string, mode?: number, backlog = 511) => ({ kind: 'unix', path, mode, backlog })
const tcp = (port: number, host = '127.0.0.1', family = 'tcp4', backlog = 511) => ({
  kind: 'tcp',
  host,
  port,
  family,
  backlog,
})
const LONGEST_PATH = `/${'x'.repeat(102)}`

const BAD_SOCKETS = [
  1,
  {},
  { path: '' },
  { path: `${LONGEST_PATH}x` },
  { path: '/x', mode: 0o1000 },
  { path: '/x', mode: -1 },
  { path: '/x', mode: '888' },
  { path: '/x', mode: '66' },
  { path: '/x', backlog: 0 },
]

const ROWS: Readonly<Record<string, Row>> = {
  workerApp: { ...file, default: `${CWD}/app.js` },
  args: texts,
  nodeArgs: { ...texts, default: INHERITED },
  workers: {
    default: CORES,
    accepts: [1, 1024, 'auto'],
    rejects: [0, 1025, 1.5, '2', 'all', null],
    becomes: (given) => (given === 'auto' ? CORES : given),
  },
  tcp: {
    ...oneOf('tcp4', 'tcp', 'tcp6'),
    read: ({ plain: { places } }) => places[0]?.kind === 'tcp' && places[0].family,
  },
  listenAddr: {
    default: '127.0.0.1',
    accepts: ['0.0.0.0', '::1', 'localhost'],
    rejects: ['', 1, null],
    read: ({ plain: { places } }) => places[0]?.kind === 'tcp' && places[0].host,
  },
  listenPort: {
    default: 1337,
    accepts: [0, 65535],
    rejects: [-1, 65536, 1.5, '80', null],
    read: ({ plain: { places } }) => places[0]?.kind === 'tcp' && places[0].port,
  },
  listenSock: {
    default: tcp(1337),
    accepts: [LONGEST_PATH, 'app.sock', { path: '/x', mode: 0o777, backlog: 1 }, { path: '/x', mode: '0660' }],
    rejects: ['', `${LONGEST_PATH}x`, `/${'ü'.repeat(52)}`, 'a\0b', null, ...BAD_SOCKETS],
    read: ({ plain: { places } }) => places[0],
    becomes: (given: string | { path: string; mode: number | string; backlog?: number }) =>
      typeof given === 'string'
        ? unix(inFolder(given))
        : unix(given.path, given.mode === '0660' ? 0o660 : Number(given.mode), given.backlog),
  },
  listeners: {
    default: [tcp(1337)],
    accepts: [[0, 65535], [{ port: 1, host: '::', tcp: 'tcp6', backlog: 2 }], ['10.0.0.1:80', '/x', { path: 'y' }]],
    rejects: ['80', [null], [''], [-1], [65536], ['nothing'], ['a:65536'], [{}]],
    read: ({ plain: { places } }) => places,
    becomes: ([first]: unknown[]) => {
      if (first === 0) return [tcp(0), tcp(65535)]
      return typeof first === 'object' ? [tcp(1, '::', 'tcp6', 2)] : [tcp(80, '10.0.0.1'), unix('/x'), unix(`${CWD}/y`)]
    },
  },
  backlog: {
    default: 511,
    accepts: [1, 65535],
    rejects: [0, 65536, 1.5, '1', null],
    read: ({ plain: { places } }) => places[0]?.backlog,
  },
  accept: oneOf('auto', 'shared', 'round-robin', ...(knowsReusePort() ? ['reuseport'] : [])),
  sticky: {
    default: undefined,
    accepts: ['ip', { header: 'X-User' }, { cookie: 'sid' }],
    rejects: ['header', {}, { header: '' }, { header: 'a b' }, { header: 'a', cookie: 'b' }, null],
  },
  maxRequests: { default: 0, accepts: [0, 1, 1e9], rejects: [-1, 1.5, 1e9 + 1, '1', null] },
  maxMemory: { default: 0, accepts: [0, 1, 1e6], rejects: [-1, 1.5, 1e6 + 1, '1', null] },
  timeout: seconds(45),
  bootTimeout: seconds(60, 0.1),
  stopDelay: seconds(0),
  signals: oneOf('graceful', 'unicorn'),
  daemonize: flag,
  workingDirectory: { ...file, default: CWD },
  stdoutPath: file,
  stderrPath: file,
  pidfile: file,
  loglevel: oneOf('info', 'debug', 'warn', 'error', 'silent'),
  json: flag,
  app: {
    default: undefined,
    accepts: [{}, { any: { depth: true } }],
    rejects: ['x', 1, [], null],
    read: ({ plain: { given } }) => given.app,
  },
  beforeExec: hook('beforeExec'),
  beforeFork: hook('beforeFork'),
  afterFork: hook('afterFork'),
  afterWorkerReady: hook('afterWorkerReady'),
  afterWorkerExit: hook('afterWorkerExit'),
}

describe('the keys of a configuration', () => {
  it('are all in the table of this test', () => {
    assert.deepEqual(Object.keys(SERVE_SCHEMA.properties ?? {}).sort(), Object.keys(ROWS).sort())
  })

  for (const [key, row] of Object.entries(ROWS)) {
    const read = row.read ?? (({ plain }: ResolvedConfig) => plain[key as 'workers'])

    it(`${key} has its default, given as undefined too`, () => {
      const base = key === 'workerApp' ? { worker_app: 'app.js' } : {}
      assert.deepEqual(read(resolve({ file: base })), row.default)
      assert.deepEqual(
        read(resolve({ file: { ...base, [key]: undefined } })),
        key === 'workerApp' ? `${CWD}/app.js` : row.default,
      )
    })

    for (const spelling of new Set([key, snakeCase(key)])) {
      it(`${spelling} takes what it may be`, () => {
        for (const value of row.accepts) {
          const expected = row.becomes ? row.becomes(value as never) : value
          assert.deepEqual(read(resolve({ file: { [spelling]: value } })), expected, String(value))
        }
      })

      it(`${spelling} is named so in the one error of a wrong value`, () => {
        for (const value of row.rejects) {
          const problems = problemsOf({ file: { [spelling]: value } })
          assert.equal(problems.length, 1, `${JSON.stringify(value)}: ${problems.join('; ')}`)
          assert.ok(problems[0]?.startsWith(`Expected \`${spelling}`), problems[0])
        }
      })
    }
  }

  it('have the same defaults in the schema as when they are resolved', () => {
    for (const [key, { default: value }] of Object.entries(SERVE_SCHEMA.properties ?? {})) {
      if (value !== undefined && key !== 'workers') assert.deepEqual(value, ROWS[key]?.default, key)
    }
  })
})

describe('an object among the listeners', () => {
  const wrong = [
    { host: 'a' },
    { port: 65536 },
    { port: 1, host: '' },
    { port: 1, tcp: 'udp' },
    { port: 1, backlog: 0 },
    { port: 1, path: '/x' },
    ...BAD_SOCKETS.slice(1),
  ]
  for (const each of wrong) {
    it(`is named with what it should be: ${JSON.stringify(each).slice(0, 40)}`, () => {
      const problems = problemsOf({ file: { listeners: [1, each] } })
      assert.equal(problems.length, 1, problems.join('\n'))
      assert.match(problems[0] ?? '', /^Expected `listeners\[1\]/)
    })
  }
})

describe('the two spellings of a key', () => {
  it('lead to each other', () => {
    for (const key of Object.keys(ROWS)) assert.equal(camelCase(snakeCase(key)), key)
    assert.equal(snakeCase('afterWorkerReady'), 'after_worker_ready')
    assert.equal(camelCase('after_worker_ready'), 'afterWorkerReady')
  })

  it('leave alone what is spelt in neither way', () => {
    for (const key of ['pidfile', 'listen-port', '__']) assert.equal(camelCase(key), key)
  })
})
