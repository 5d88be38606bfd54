import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ListenerOptions } from '../../src/serve/config/config-types.js'
import { type Place, parsePlace, placeKey, placeName } from '../../src/serve/listener.js'

const DEFAULTS = { family: 'tcp4', host: '127.0.0.1', backlog: 511 } as const

const tcp = (port: number, changes: object = {}) => ({
  kind: 'tcp',
  host: '127.0.0.1',
  port,
  family: 'tcp4',
  backlog: 511,
  ...changes,
})
const unix = (path: string, mode?: number, backlog = 511) => ({ kind: 'unix', path, mode, backlog })

describe('a place to serve on', () => {
  const rows: [given: ListenerOptions, place: object | null][] = [
    [0, tcp(0)],
    [65535, tcp(65535)],
    ['3000', tcp(3000)],
    ['65536', null],
    ['localhost:80', tcp(80, { host: 'localhost' })],
    ['0.0.0.0:80', tcp(80, { host: '0.0.0.0' })],
    ['[::1]:80', tcp(80, { host: '::1', family: 'tcp6' })],
    ['[fe80::1%eth0]:80', tcp(80, { host: 'fe80::1%eth0', family: 'tcp6' })],
    ['localhost:65536', null],
    ['::1:80', null],
    ['localhost:', null],
    [':80', null],
    ['localhost', null],
    ['localhost:http', null],
    ['-1', null],
    ['/run/app.sock', unix('/run/app.sock')],
    ['./app.sock', unix('./app.sock')],
    ['/run/a:80', unix('/run/a:80')],
    ['a/b:80', unix('a/b:80')],
    [{ path: 'app.sock' }, unix('app.sock')],
    [{ path: '80' }, unix('80')],
    [{ path: '/x', mode: '660' }, unix('/x', 0o660)],
    [{ path: '/x', mode: '0600', backlog: 1 }, unix('/x', 0o600, 1)],
    [{ path: '/x', mode: 0o777 }, unix('/x', 0o777)],
    [{ port: 80 }, tcp(80)],
    [{ port: 80, host: undefined, tcp: undefined, backlog: undefined }, tcp(80)],
    [{ port: 80, tcp: 'tcp6', backlog: 1 }, tcp(80, { family: 'tcp6', backlog: 1 })],
    [{ port: 80, host: '::', tcp: 'tcp4' }, tcp(80, { host: '::', family: 'tcp6' })],
  ]
  for (const [given, place] of rows) {
    it(`${JSON.stringify(given)} is ${place === null ? 'none' : JSON.stringify(place)}`, () => {
      assert.deepEqual(parsePlace(given, DEFAULTS), place)
    })
  }

  it('is on every address where no host is the default', () => {
    const place = parsePlace('80', { ...DEFAULTS, host: undefined, family: 'tcp' })
    assert.deepEqual(place, tcp(80, { host: undefined, family: 'tcp' }))
  })

  it('is of the family of its address where that one is the default', () => {
    assert.deepEqual(parsePlace(80, { ...DEFAULTS, host: '::1' }), tcp(80, { host: '::1', family: 'tcp6' }))
  })
})

describe('the key and the name of a place', () => {
  const rows: [given: ListenerOptions, key: string, name: string][] = [
    [80, 'tcp4:127.0.0.1:80', '127.0.0.1:80'],
    ['[::1]:80', 'tcp6:::1:80', '[::1]:80'],
    ['/run/x', 'unix:/run/x', '/run/x'],
  ]
  for (const [given, key, name] of rows) {
    it(`of ${given} are ${key} and ${name}`, () => {
      const place = parsePlace(given, DEFAULTS) as Place
      assert.deepEqual([placeKey(place), placeName(place)], [key, name])
    })
  }

  it('say * for every address', () => {
    const place = parsePlace(80, { ...DEFAULTS, host: undefined }) as Place
    assert.deepEqual([placeKey(place), placeName(place)], ['tcp4:*:80', '*:80'])
  })

  it('are the same for two that differ only in what can change later', () => {
    const key = (given: ListenerOptions) => placeKey(parsePlace(given, DEFAULTS) as Place)
    assert.equal(key({ path: '/x', mode: '600', backlog: 1 }), key('/x'))
    assert.equal(key({ port: 1, backlog: 1 }), key(1))
    assert.notEqual(key({ port: 1, tcp: 'tcp6' }), key(1))
  })
})
