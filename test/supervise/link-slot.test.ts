import assert from 'node:assert/strict'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { linkVariable, parseLinkVariable, socketAt, withLinkSlot } from '../../src/supervise/link-slot.js'
import { findScriptError } from '../../src/supervise/script.js'

describe('withLinkSlot', () => {
  const rows: [title: string, given: StdioOptions | undefined, expected: unknown[]][] = [
    ['does as fork does by default', undefined, ['inherit', 'inherit', 'inherit', 'ipc', 'pipe']],
    ['spreads a word', 'ignore', ['ignore', 'ignore', 'ignore', 'ipc', 'pipe']],
    ['adds the channel that fork insists on', [0, 'pipe', 2], [0, 'pipe', 2, 'ipc', 'pipe']],
    ['keeps a channel elsewhere', [0, 'ipc', 2], [0, 'ipc', 2, 'pipe']],
    ['comes after all slots of the user', [0, 1, 2, 'ipc', 9, 'pipe'], [0, 1, 2, 'ipc', 9, 'pipe', 'pipe']],
    ['fills missing slots as Node does', ['ignore'], ['ignore', 'pipe', 'pipe', 'ipc', 'pipe']],
    ['keeps empty slots', [null, undefined, 2], [null, undefined, 2, 'ipc', 'pipe']],
  ]
  for (const [title, given, expected] of rows) {
    it(title, () => {
      const { stdio, fd } = withLinkSlot(given)
      assert.deepEqual(stdio, expected)
      assert.equal(fd, expected.length - 1)
    })
  }

  it('leaves the array of the user alone', () => {
    const stdio: StdioOptions = Object.freeze(['ignore', 'ignore', 'ignore']) as never
    assert.equal(withLinkSlot(stdio).fd, 4)
  })

  it('refuses a server, which Node would only notice with the child running', () => {
    const stdio = ['ignore', 'ignore', 'ignore', net.createServer()] as unknown as StdioOptions
    assert.throws(() => withLinkSlot(stdio), { code: 'ERR_IPEM_INVALID_ARG', argument: 'stdio[3]' })
  })
})

describe('socketAt', () => {
  it('is null for a child that Node gave no stdio', () => {
    assert.equal(socketAt({} as ChildProcess, 4), null)
    assert.equal(socketAt({ stdio: [null, null, null, null, null] } as unknown as ChildProcess, 4), null)
  })
})

it('the variable names the descriptor and the parent, and how often it wants a sign of life', () => {
  assert.equal(linkVariable(4), `4:${process.pid}`)
  assert.deepEqual(parseLinkVariable(linkVariable(4)), { fd: 4, parentOsPid: process.pid, beatMs: 0 })
  assert.deepEqual(parseLinkVariable(linkVariable(4, 200)), { fd: 4, parentOsPid: process.pid, beatMs: 200 })
  for (const wrong of ['', '4', '4:', '4:1:', '4:1:x', '4:1:2:3', '-4:1']) assert.equal(parseLinkVariable(wrong), null)
})

describe('findScriptError', () => {
  const here = path.dirname(new URL(import.meta.url).pathname)

  it('finds what Node finds', () => {
    for (const script of ['link-slot.test.js', 'link-slot.test', './link-slot.test.js', import.meta.filename]) {
      assert.equal(findScriptError(script, here), undefined, script)
    }
    assert.equal(findScriptError(new URL(import.meta.url), undefined), undefined)
    assert.equal(findScriptError('link-slot.test.js', new URL('.', import.meta.url)), undefined)
  })

  it('tells what it does not', () => {
    assert.match(findScriptError('./missing.js', here)?.message ?? '', /Cannot find module '.*missing\.js'/)
    assert.ok(findScriptError('./link-slot.test.js', '/'))
    assert.ok(findScriptError('', '/nonexistent'))
  })
})
