import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, it } from 'node:test'
import { type IpcChannel, ProcessLink } from '../../src/link/process-link.js'
import { LIMITS, LinkEnd, until } from '../conformance/link-end.js'

const signal = () => AbortSignal.timeout(10_000)

for (const serialization of ['json', 'advanced'] as const) {
  describe(`a child on process.send (${serialization})`, () => {
    const children: ChildProcess[] = []
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    })

    function start(role: string) {
      const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
      const child = fork(new URL('./link-process-peer.js', import.meta.url), [role], {
        stdio: [...stdio],
        serialization,
        execArgv: [],
      })
      children.push(child)
      const messages: unknown[] = []
      child.on('message', (message) => messages.push(message))
      return { child, messages }
    }

    function link(child: ChildProcess): LinkEnd {
      const end = new LinkEnd(new ProcessLink(child as IpcChannel, LIMITS))
      end.open()
      return end
    }

    const exitOf = async (child: ChildProcess) => (await once(child, 'exit', { signal: signal() }))[0]

    it("keeps the user's messages that come before there is a listener for them", async () => {
      const { child, messages } = start('late')
      const end = link(child)
      for (let i = 0; i < 20; i++) child.send({ cmd: 'mine', i })
      await until(() => end.report.frames === 1, 'the child to be up')
      end.send(1, 10)
      await until(() => messages.length === 20, 'all messages')
      assert.deepEqual(
        messages,
        Array.from({ length: 20 }, (_, i) => ['heard', { cmd: 'mine', i }]),
      )
    })

    it('keeps frames and messages apart, each in order, up to a disconnect', async () => {
      const { child, messages } = start('both')
      const end = link(child)
      await until(() => end.report.closes.length > 0, 'the link to close')
      assert.deepEqual([end.report.frames, end.report.fault], [500, null])
      assert.deepEqual(end.report.closes, [{ kind: 'end', code: null }])
      assert.deepEqual(
        messages,
        Array.from({ length: 50 }, (_, i) => ['between', i]),
      )
      assert.equal(child.listenerCount('internalMessage'), 1, "Node's own")
    })

    it('sees the parent disconnect', async () => {
      const { child } = start('held')
      const end = link(child)
      child.disconnect()
      await until(() => end.report.closes.length > 0, 'the link to close')
      assert.deepEqual(end.report.closes, [{ kind: 'end', code: null }])
      assert.equal(await exitOf(child), 0)
    })

    it('is seen to be killed', async () => {
      const { child } = start('held')
      const end = link(child)
      child.kill('SIGKILL')
      await until(() => end.report.closes.length > 0, 'the link to close')
      assert.deepEqual(end.report.closes, [{ kind: 'end', code: null }])
    })

    it('stays because of its link, and leaves when that has ended', async () => {
      const { child } = start('held')
      const end = link(child)
      await until(() => end.report.frames === 1, 'the child to be up')
      end.send(1, 10)
      // It has answered, and nothing else keeps it.
      await end.link.flush()
      assert.equal(child.exitCode, null)
      await end.link.end(5000)
      assert.equal(await exitOf(child), 0)
    })

    it('does not stay because of a link that is unreferenced', async () => {
      const { child } = start('unheld')
      assert.equal(await exitOf(child), 0)
    })

    for (const role of ['unheld, but listening', 'left, but listening']) {
      it(`stays because of the user's listener: ${role}`, async () => {
        const { child, messages } = start(role)
        await until(() => messages.length > 0, 'the child to be up')
        child.send('go')
        assert.equal(await exitOf(child), 7)
      })
    }

    it('does not stay when link and listener are gone', async () => {
      const { child } = start('left, and not listening any more')
      assert.equal(await exitOf(child), 0)
    })

    it('gets what the channel takes at once through at its exit, in order', async () => {
      const { child } = start('exit')
      const end = link(child)
      await until(() => end.report.closes.length > 0, 'the link to close')
      assert.equal(end.report.fault, null)
      assert.ok(end.report.frames > 0, 'something')
    })

    it('does not disturb a parent without a link', async () => {
      const { child, messages } = start('alone')
      child.send('one')
      await until(() => messages.length > 0, 'the echo')
      assert.deepEqual(messages, [['heard', 'one']])
    })
  })
}
