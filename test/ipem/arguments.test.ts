import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { createIpem, type IpemError } from '../../src/index.js'
import { type AnyIpem, alone } from './family.js'

const nothing = [undefined, null]
const notText = [...nothing, true, 1, 1n, Symbol('x'), {}, [], () => {}]
const trap = new Proxy({}, { get: () => assert.fail('was looked at') })
const rude = {
  [inspect.custom]() {
    throw new Error('was inspected')
  },
}

interface Row {
  /** What stands in the message between "Expected" and "got". */
  readonly expected: RegExp
  readonly code?: string
  readonly wrong: readonly unknown[]
  readonly call: (ipem: AnyIpem, value: never) => unknown
}

const event = {
  expected: /^Expected `event` to be a non-empty string of at most 256 bytes, got /,
  wrong: [...notText, '', 'x'.repeat(257), 'é'.repeat(129), 'half \ud83d', rude],
}
const pid = {
  expected: /^Expected `pid` to be the pid of a process, or the OS pid of a child, got /,
  wrong: [
    ...[...nothing, true, 1n, Symbol('x'), {}, () => {}],
    ...[
      '',
      'x',
      'parents',
      '0',
      '-1',
      '1.5',
      '0x10',
      '1e3',
      ' 7 ',
      '12345678901',
      '1-012345678',
      '1-0123456789 ',
      'x'.repeat(1000),
    ],
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e20, rude, trap],
  ],
}
const route = {
  code: 'ERR_IPEM_INVALID_ROUTE',
  expected: /^Expected a route .*(got|twice)/,
  wrong: [
    [],
    ['x'],
    [1],
    [null],
    [[]],
    ['1-0123456789'],
    ['1-0123456789', '1-0123456789'],
    new Array(3),
    Array.from({ length: 65 }, (_, i) => `${i + 1}-0123456789`),
    new Array(1_000_000),
  ],
}
const options = { code: 'ERR_IPEM_INVALID_OPTION', expected: /^Expected `options` to be an object, got / }

const table: Record<string, Row> = {
  'bubble(event)': { ...event, call: (ipem, value) => ipem.bubble(value) },
  'sendToParents(event)': { ...event, call: (ipem, value) => ipem.sendToParents(value) },
  'sendToChilds(event)': { ...event, call: (ipem, value) => ipem.sendToChilds(value) },
  'sendToChildren(event)': { ...event, call: (ipem, value) => ipem.sendToChildren(value) },
  'sendToSiblings(event)': { ...event, call: (ipem, value) => ipem.sendToSiblings(value) },
  'sendToGrandMaster(event)': { ...event, call: (ipem, value) => ipem.sendToGrandMaster(value) },
  'broadcast(event)': { ...event, call: (ipem, value) => ipem.broadcast(value) },
  'sendToChild(pid, event)': { ...event, call: (ipem, value) => ipem.sendToChild('1-0123456789', value) },
  'sendTo(pid, event)': { ...event, call: (ipem, value) => ipem.sendTo(ipem.pid, value) },
  'request(pid, event)': { ...event, call: (ipem, value) => ipem.request(ipem.pid, value) },
  'requestAll(members, event)': { ...event, call: (ipem, value) => ipem.requestAll('everyone', value) },
  'handle(event)': { ...event, call: (ipem, value) => ipem.handle(value, () => {}) },
  'removeHandler(event)': { ...event, call: (ipem, value) => ipem.removeHandler(value) },

  'sendTo(pid)': { ...pid, call: (ipem, value) => ipem.sendTo(value, 'ev') },
  'sendToChild(pid)': { ...pid, call: (ipem, value) => ipem.sendToChild(value, 'ev') },
  'sendToChild(route)': {
    expected: /^Expected `pid` to be the pid of a .*, got /,
    wrong: [[], ['1-0123456789'], Object.freeze(['1-0123456789'])],
    call: (ipem, value) => ipem.sendToChild(value, 'ev'),
  },
  'request(pid)': { ...pid, call: (ipem, value) => ipem.request(value, 'ev') },
  'sendTo(route)': { ...route, call: (ipem, value) => ipem.sendTo(value, 'ev') },
  'request(route)': { ...route, call: (ipem, value) => ipem.request(value, 'ev') },

  'requestAll(members)': {
    expected: /^Expected `members` to be 'childs', 'siblings' or 'everyone', got /,
    wrong: [...notText, 'child', 'constructor', '1-0123456789', ['1-0123456789'], rude],
    call: (ipem, value) => ipem.requestAll(value, 'ev'),
  },
  'request(…, { timeout })': {
    expected: /^Expected `timeout` to be 0 to 2147483647 milliseconds or Infinity, got /,
    wrong: [null, true, '1', -1, Number.NaN, 2 ** 31, {}],
    call: (ipem, value) => ipem.request(ipem.pid, 'ev', { timeout: value }),
  },
  'requestAll(…, { timeout })': {
    expected: /^Expected `timeout` to be /,
    wrong: [null, '1', -1],
    call: (ipem, value) => ipem.requestAll('childs', 'ev', { timeout: value }),
  },
  'request(…, { signal })': {
    expected: /^Expected `signal` to be an AbortSignal, got /,
    wrong: [null, true, 'x', {}, new AbortController()],
    call: (ipem, value) => ipem.request(ipem.pid, 'ev', { signal: value }),
  },
  'handle(event, handler)': {
    expected: /^Expected the handler of "ev" to be a function, got /,
    wrong: [...nothing, true, 'x', {}],
    call: (ipem, value) => ipem.handle('ev', value),
  },

  'fork(path)': {
    expected: /^Expected `path` to be a path or a file: URL, got /,
    wrong: [...notText, '', rude, trap],
    call: (ipem, value) => ipem.fork(value),
  },
  'fork(path, args)': {
    expected: /^Expected `args` to be an array of strings, or the options, got /,
    wrong: [null, true, 1, 'x', () => {}],
    call: (ipem, value) => ipem.fork('./none.js', value),
  },
  'fork(path, [arg])': {
    expected: /^Expected `args\[1\]` to be a string, got /,
    wrong: [...notText, rude],
    call: (ipem, value) => ipem.fork('./none.js', ['x', value]),
  },
  'fork(path, options, options)': {
    expected: /^Expected `args` to be an array of strings, got /,
    wrong: [{}],
    call: (ipem, value) => (ipem.fork as (...args: unknown[]) => unknown)('./none.js', value, {}),
  },
  'fork(path, args, options)': {
    ...options,
    wrong: [null, true, 1, 'x', []],
    call: (ipem, value) => ipem.fork('./none.js', [], value),
  },
  'worker(options)': { ...options, wrong: [null, true, 1, 'x', []], call: (ipem, value) => ipem.worker(value) },
  'adopt(child)': {
    expected: /^Expected `child` to be a ChildProcess with an IPC channel, got /,
    wrong: [...notText, process.stdout, { pid: 1 }, rude],
    call: (ipem, value) => ipem.adopt(value),
  },
  'tree(options)': {
    expected: /^Expected `options` to be { root: 'grandmaster' }, got /,
    wrong: [null, true, 'grandmaster', {}, { root: 'parent' }, { timeout: 1 }],
    call: (ipem, value) => ipem.tree(value),
  },
  'tree({ timeout })': {
    expected: /^Expected `timeout` to be /,
    wrong: [null, '1', -1],
    call: (ipem, value) => ipem.tree({ root: 'grandmaster', timeout: value }),
  },
  'options(options)': {
    ...options,
    wrong: [...nothing, true, 1, 'x', []],
    call: (_, value) => createIpem().options(value),
  },
}

describe('a wrong argument is told at the call:', () => {
  let ipem: AnyIpem
  before(async () => {
    ipem = await alone()
  })
  after(() => ipem.close())

  for (const [name, { wrong, code = 'ERR_IPEM_INVALID_ARG', expected, call }] of Object.entries(table)) {
    it(name, async () => {
      for (const value of wrong) {
        await assert.rejects(
          async () => call(ipem, value as never),
          (error: IpemError) => {
            assert.equal(error.code, code, error.stack)
            assert.match(error.message, expected)
            assert.ok(error.message.length < 400, 'a message stays short')
            return true
          },
          `${typeof value} is taken`,
        )
      }
      assert.deepEqual(ipem.tree().children, [], 'nothing was started')
    })
  }

  it('and nothing of it was sent or registered', async () => {
    ipem.handle('ev', () => 1)
    assert.equal(await ipem.request(ipem.pid, 'ev'), 1)
    assert.equal(ipem.removeHandler('ev'), true)
  })
})

describe('options()', { concurrency: true }, () => {
  const rows: [options: object, message: string][] = [
    [{ restrat: true }, 'Unknown option `restrat`, did you mean `restart`?'],
    [{ socket: { prt: 1 } }, 'Unknown option `socket.prt`, did you mean `socket.port`?'],
    [{ port: 1 }, 'Unknown option `port`, did you mean `socket.port`?'],
    [{ quite: 'another' }, 'Unknown option `quite`'],
    [{ socket: { port: 'x' } }, 'Expected `socket.port` to be an integer 0–65535, got `"x"`'],
    [
      { restart: 'always' },
      'Expected `restart` to be one of true, false, "permanent", "transient", "temporary", got `"always"`',
    ],
    [
      { schemas: { ev: 'string' } },
      'Expected `schemas.ev` to be a JSON schema for the array of arguments, got `"string"`',
    ],
  ]
  for (const [given, message] of rows) {
    it(`says: ${message}`, () => {
      assert.throws(() => createIpem().options(given), { code: 'ERR_IPEM_INVALID_OPTION', message })
    })
  }

  it('of fork() and worker() likewise', async () => {
    await using ipem = await alone()
    assert.throws(() => ipem.fork('./none.js', { stdoi: 'pipe' } as object), {
      message: 'Unknown option `stdoi`, did you mean `stdio`?',
    })
    assert.throws(() => ipem.worker({ arg: [] } as object), { message: 'Unknown option `arg`, did you mean `args`?' })
    assert.throws(() => ipem.fork('./none.js', { restart: 1 } as object), { code: 'ERR_IPEM_INVALID_OPTION' })
  })

  it('are added to those before, and wrong ones change nothing', async () => {
    const ipem = createIpem().options({ useSocket: false }).options({ requestTimeout: 1 })
    assert.throws(() => ipem.options({ useSocket: true, requestTimeout: -1 }))
    ipem.start()
    assert.equal(ipem.address(), null)
    await assert.rejects(
      ipem.request(ipem.pid, 'ev').then(() => ipem.handle('ev', () => {})),
      { code: 'ERR_IPEM_NO_HANDLER' },
    )
    await ipem.close()
    assert.equal(ipem.isGrandMaster, true)
  })
})

describe('handle()', { concurrency: true }, () => {
  it('throws where there is one already', () => {
    const ipem = createIpem().handle('ev', () => {})
    assert.throws(() => ipem.handle('ev', () => {}), { code: 'ERR_IPEM_HANDLER_EXISTS', event: 'ev' })
  })
})
