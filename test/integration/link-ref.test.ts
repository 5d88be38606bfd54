import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { StreamLink } from '../../src/link/stream-link.js'
import { LIMITS, LinkEnd, until } from '../conformance/link-end.js'

const FD = 3
const SCRIPT = `
import { Socket } from 'node:net'
const { StreamLink } = await import('${new URL('../../src/link/stream-link.js', import.meta.url)}')
const { LIMITS, LinkEnd } = await import('${new URL('../conformance/link-end.js', import.meta.url)}')
const end = new LinkEnd(new StreamLink(new Socket({ fd: ${FD} }), 'pipe', LIMITS))
const { link } = end
end.open()
end.send(1, 10)
`

describe('a process with a link over a pipe', () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  async function start(body: string) {
    const args = ['--input-type=module', '-e', SCRIPT + body]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
    children.push(child)
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(10_000) })
    const near = new LinkEnd(new StreamLink((child.stdio as unknown as Socket[])[FD] as Socket, 'pipe', LIMITS))
    return { child, near, exited }
  }

  it('stays because of it, and leaves when it has ended', async () => {
    const { child, near, exited } = await start('')
    near.open()
    await until(() => near.report.frames === 1, 'the first frame')
    // A round trip later it is still there.
    near.link.send(8, Buffer.alloc(0))
    await until(() => near.report.kinds.length === 2, 'a pong')
    assert.equal(child.exitCode, null)
    await near.link.end(5000)
    assert.deepEqual(await exited, [0, null])
  })

  it('leaves when the other side is gone', async () => {
    const { near, exited } = await start('')
    near.open()
    await until(() => near.report.frames === 1, 'the first frame')
    near.link.destroy()
    assert.deepEqual(await exited, [0, null])
  })

  for (const [what, body] of [
    ['is unreferenced', 'link.unref()'],
    ['is unreferenced and paused', 'link.unref(); link.pause()'],
    ['has ended', 'await link.end(5000)'],
    ['was destroyed', 'link.destroy()'],
    ['was destroyed with a full queue', 'link.pause(); end.send(100, 100_000); setTimeout(() => link.destroy(), 1)'],
    ['ends in vain', 'end.send(100, 100_000); await link.end(50)'],
  ] as const) {
    it(`does not stay because of one that ${what}`, async () => {
      const { near, exited } = await start(body)
      if (what === 'has ended') near.open()
      assert.deepEqual(await exited, [0, null])
      near.link.destroy()
    })
  }

  it('leaves when everything is out, also where it is unreferenced', async () => {
    const { near, exited } = await start('link.unref(); end.send(100, 100_000)')
    near.open()
    assert.deepEqual(await exited, [0, null])
    await until(() => near.report.closes.length > 0, 'the link to close')
    assert.deepEqual([near.report.frames, near.report.fault], [101, null])
  })
})
