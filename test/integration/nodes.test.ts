import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Load } from '../serve/load.js'
import { NodesStage } from '../serve/nodes/stage.js'
import { request } from '../serve/stage.js'
import { until } from './puppets.js'

/** Asks until every one of the nodes has answered. */
async function untilAllAnswer(stage: NodesStage, ids: readonly string[]): Promise<void> {
  const answered = new Set<string>()
  await until(`answers of ${ids}`, async () => {
    const ask = async () => answered.add((await request({ port: stage.port, path: '/20' })).body)
    await Promise.all(Array.from({ length: 2 * ids.length }, ask))
    return answered.size >= ids.length
  })
  assert.deepEqual([...answered].sort(), [...ids].sort())
}

describe('listen()', { concurrency: 3 }, () => {
  it('with nodes 4: the master and three children serve, and each pair has a stream', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 4 })
    const ids = ['master', 'child-1', 'child-2', 'child-3']
    assert.deepEqual([...stage.all.keys()].sort(), [...ids].sort())
    await untilAllAnswer(stage, ids)
    for (const id of ids) {
      const wanted = Object.fromEntries(
        ids.filter((other) => other !== id).map((other) => [other, `hello from ${other}`]),
      )
      await until('greetings', async () => Object.keys((await stage.ask(id)).heard).length === 3)
      assert.deepEqual((await stage.ask(id)).heard, wanted)
      assert.equal((await stage.ask(id)).isMaster, id === 'master')
    }
  })

  it('with masterListen false: four children serve, and the master has streams to all of them', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 4, masterListen: false })
    const children = ['child-1', 'child-2', 'child-3', 'child-4']
    assert.deepEqual([...stage.children].sort(), children)
    assert.deepEqual((await stage.ask('master')).open, children)
    await untilAllAnswer(stage, children)
  })

  it('without a number of nodes: one process, which serves', async (t) => {
    const stage = await NodesStage.serving(t, {})
    await untilAllAnswer(stage, ['master'])
    stage.process.kill('SIGTERM')
    assert.equal(await stage.ended, 0)
    await stage.untilGone()
  })

  it('finishes what the master is asked, and is ended at once by the second signal', async (t) => {
    const patient = await NodesStage.serving(t, { nodes: 2 })
    const hasty = await NodesStage.serving(t, {})
    const slow = Array.from({ length: 8 }, () => request({ port: patient.port, path: '/700' }))
    const endless = assert.rejects(request({ port: hasty.port, path: '/60000' }), { code: 'ECONNRESET' })
    await delay(200)
    for (const stage of [patient, hasty]) stage.process.kill('SIGTERM')
    await delay(400)
    hasty.process.kill('SIGTERM')
    await endless
    assert.ok((await Promise.all(slow)).every(({ status }) => status === 200))
    assert.deepEqual(await Promise.all([patient.ended, hasty.ended]), [0, 0])
  })

  it('serves at one port that the system has chosen, in all of them', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    await until('all ports', () => stage.output.split('ready').length === 4)
    const ports = [...stage.output.matchAll(/ready \S+ (\d+)/g)].map(([, port]) => Number(port))
    assert.deepEqual(ports, [stage.port, stage.port, stage.port])
    assert.ok(stage.port > 0)
  })

  it('replaces a child that was killed, under an id that was never used before', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    stage.kill('child-1', 'SIGKILL')
    await until('another child', () => stage.children.includes('child-3'))
    await stage.settled(2)
    assert.deepEqual(stage.children, ['child-2', 'child-3'])
    stage.kill('child-3', 'SIGTERM')
    await until('another child', () => stage.children.includes('child-4') && !stage.children.includes('child-3'))
    await stage.settled(2)
    await untilAllAnswer(stage, ['master', 'child-2', 'child-4'])
  })

  it('with restartChildren false does not replace it, and the others go on', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3, restartChildren: false })
    stage.kill('child-1', 'SIGKILL')
    await stage.settled(1)
    await delay(500)
    await stage.settled(1)
    assert.deepEqual([...stage.all.keys()].sort(), ['child-1', 'child-2', 'master'])
    await untilAllAnswer(stage, ['master', 'child-2'])
  })

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
    it(`${signal}: answers what was asked, ends all with 0, and leaves no process and no folder`, async (t) => {
      const stage = await NodesStage.serving(t, { nodes: 3 })
      assert.equal(fs.readdirSync(stage.folder).length, 1)
      const asked = Array.from({ length: 9 }, () => request({ port: stage.port, path: '/400' }))
      await delay(150)
      stage.process.kill(signal)
      const answers = await Promise.all(asked)
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.equal(await stage.ended, 0, stage.errors)
      await stage.untilGone()
      assert.equal(stage.errors, '')
    })
  }

  it('close() of the master: all end in order, and the process by itself', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    await stage.ask('master', 'close')
    assert.equal(await stage.ended, 0, stage.errors)
    await stage.untilGone()
  })

  it('close() of a child ends that one, and another takes its place', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    await stage.ask('child-1', 'close')
    await until('another child', () => stage.children.includes('child-3') && !stage.children.includes('child-1'))
    await stage.settled(2)
  })

  it('a signal while it starts ends it, too', async (t) => {
    const stage = new NodesStage(t, { nodes: 3 })
    await until('a child', () => stage.all.has('child-1'))
    stage.process.kill('SIGTERM')
    assert.equal(await stage.ended, 0, stage.errors)
    await stage.untilGone()
  })

  it('SIGHUP: replaces the children one by one, and loses nothing under load', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    const load = new Load({ to: { port: stage.port, host: '127.0.0.1' }, keepAlive: 4, close: 2 })
    await until('answers', () => load.counts.answered > 100)
    stage.process.kill('SIGHUP')
    await until('other children', () => {
      const { children } = stage
      return children.includes('child-3') && children.includes('child-4') && children.length === 2
    })
    await stage.settled(2)
    await load.stop()
    const { refused, reset, half, unanswered } = load.counts
    assert.deepEqual({ refused, reset, half, unanswered }, { refused: 0, reset: 0, half: 0, unanswered: 0 })
  })

  it('the children leave by themselves when the master is killed, and the port is free', async (t) => {
    const stage = await NodesStage.serving(t, { nodes: 3 })
    const { port } = stage
    stage.process.kill('SIGKILL')
    await stage.untilGone()
    await NodesStage.serving(t, { port, nodes: 1 })
  })

  it('leaves no folder where the master ends without a word', async (t) => {
    const stage = new NodesStage(t, { nodes: 2 }, 'exits.cjs')
    assert.equal(await stage.ended, 3)
    await stage.untilGone()
  })
})

describe('a port that is taken', { concurrency: 2 }, () => {
  const taken = async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    return { port, [Symbol.dispose]: () => void server.close() }
  }

  it('is an error event, and leaves nothing that would keep the process', async (t) => {
    using server = await taken()
    const stage = new NodesStage(t, { port: server.port, nodes: 3 }, 'error.cjs')
    assert.equal(await stage.ended, 0, stage.errors)
    assert.equal(stage.output, 'error ERR_IPEM_LISTEN\n')
    await stage.untilGone()
  })

  it('ends a process that does not listen for errors, and says why', async (t) => {
    using server = await taken()
    const stage = new NodesStage(t, { port: server.port, nodes: 3 })
    assert.equal(await stage.ended, 1)
    assert.match(stage.errors, new RegExp(`ERR_IPEM_LISTEN|127\\.0\\.0\\.1:${server.port}`))
    await stage.untilGone()
  })
})

describe('listen() a second time', () => {
  it('is refused in every process, and does not harm the first one', async (t) => {
    const stage = new NodesStage(t, { nodes: 2 }, 'twice.cjs')
    await until('both', () => stage.output.split('ready').length === 3)
    assert.equal(stage.output.split('ERR_IPEM_ALREADY_STARTED').length, 3)
    assert.equal(stage.children.length, 1)
  })

  it('is fine after close()', async (t) => {
    const stage = new NodesStage(t, {}, 'again.cjs')
    assert.equal(await stage.ended, 0, stage.errors)
    assert.equal(stage.output, 'ready\nready\n')
  })
})

describe('a listener that throws', { concurrency: 2 }, () => {
  for (const event of ['node', 'ready'] as const) {
    it(`at ${event} ends its process, and what it has thrown is to be seen`, async (t) => {
      const options = { nodes: 2, restartChildren: false, event }
      const stage = new NodesStage(t, options, 'throws.cjs')
      await until('the error', () => stage.errors.includes(`Error: broken at ${event}`))
      await until('the end of the child', () => stage.children.length === 0)
    })
  }
})

describe('what listen() refuses', { concurrency: 3 }, () => {
  for (const [what, options] of Object.entries({
    'a port that is none': { port: 70_000 },
    'fewer than one node': { nodes: 0 },
    'half a node': { nodes: 1.5 },
  })) {
    it(`${what}: an error event, and no process is left`, async (t) => {
      const stage = new NodesStage(t, options, 'error.cjs')
      assert.equal(await stage.ended, 0, stage.errors)
      assert.match(stage.output, /^error ERR_IPEM_\w+\n$/)
      await stage.untilGone()
    })
  }
})
