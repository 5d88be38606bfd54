import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GONE, JOIN, Roster } from '../../../src/serve/nodes/roster.js'
import { FakeNet } from './fake-bus.js'

function stage() {
  const net = new FakeNet()
  const bus = net.bus('0-1')
  const gone: string[] = []
  const roster = new Roster(bus, (id) => gone.push(id))
  roster.join({ id: 'master', pid: '0-1' })
  return { net, bus, gone, roster, join: (pid: string, id: string) => net.bus(pid).request('0-1', JOIN, id) }
}

describe('the roster', () => {
  it('tells who joins who was there before, so that of two exactly one is told of the other', async () => {
    const { join } = stage()
    const [master, one, two] = [
      { id: 'master', pid: '0-1' },
      { id: 'child-1', pid: '1-1' },
      { id: 'child-2', pid: '2-1' },
    ]
    assert.deepEqual(await join('1-1', 'child-1'), [master])
    assert.deepEqual(await join('2-1', 'child-2'), [master, one])
    assert.deepEqual(await join('3-1', 'child-3'), [master, one, two])
  })

  it('tells all when one is gone, and nobody of it any more', async () => {
    const { net, bus, gone, join } = stage()
    await join('1-1', 'child-1')
    await join('2-1', 'child-2')
    bus.tell('offline', '1-1')
    assert.deepEqual(gone, ['child-1'])
    assert.deepEqual(net.told, [[GONE, 'child-1']])
    const peers = (await join('3-1', 'child-3')) as { id: string }[]
    assert.deepEqual(
      peers.map(({ id }) => id),
      ['master', 'child-2'],
    )
  })

  it('does not care for others in the tree, nor twice for the same one', async () => {
    const { net, bus, gone, join } = stage()
    await join('1-1', 'child-1')
    for (const pid of ['9-9', '1-1', '1-1']) bus.tell('offline', pid)
    assert.deepEqual(gone, ['child-1'])
    assert.equal(net.told.length, 1)
  })

  it('is silent when it is closed', async () => {
    const { bus, gone, roster, join } = stage()
    await join('1-1', 'child-1')
    roster.close()
    bus.tell('offline', '1-1')
    assert.deepEqual(gone, [])
    await assert.rejects(join('2-1', 'child-2'))
  })
})
