import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IpemError } from '../../src/errors.js'
import type { ProcessInfo } from '../../src/process-info.js'
import { Topology } from '../../src/routing/topology.js'

const info = (pid: string): ProcessInfo => ({ pid, osPid: 1, host: 'h', role: 'fork', title: pid })

/** Lines of `pid < parent` behind the link named first. */
function topologyOf(...processes: [pid: string, parent: string, link: string][]): Topology<string> {
  const topology = new Topology<string>('me')
  for (const [pid, parent, link] of processes) topology.add(link, info(pid), parent)
  return topology
}

/** me ── a ── a1 ── a11, a ── a2, me ── b */
const family = () =>
  topologyOf(['a', 'me', 'A'], ['a1', 'a', 'A'], ['b', 'me', 'B'], ['a2', 'a', 'A'], ['a11', 'a1', 'A'])

const code = (expected: string) => (error: unknown) => error instanceof IpemError && error.code === expected

describe('the topology', () => {
  it('knows behind which link a process lives, and its parent', () => {
    const topology = family()
    assert.equal(topology.size, 5)
    assert.deepEqual(
      ['a', 'a1', 'a11', 'b', 'me', 'x'].map((pid) => topology.below(pid)),
      ['A', 'A', 'A', 'B', undefined, undefined],
    )
    assert.deepEqual(
      ['a', 'a1', 'a11', 'b', 'x'].map((pid) => topology.parentOf(pid)),
      ['me', 'a', 'a1', 'me', undefined],
    )
  })

  it('lists parents before their children', () => {
    assert.deepEqual(
      Array.from(family().descendants(), ({ pid }) => pid),
      ['a', 'b', 'a1', 'a2', 'a11'],
    )
  })

  it('is a tree of data, the root as it is said to be', () => {
    const node = (pid: string, ...children: unknown[]) => ({ ...info(pid), children })
    const root: ProcessInfo = { ...info('me'), role: 'grandmaster' }
    assert.deepEqual(family().tree(root), {
      ...root,
      children: [node('a', node('a1', node('a11')), node('a2')), node('b')],
    })
  })

  it('takes a process out with all below it, the deepest first', () => {
    const topology = family()
    assert.deepEqual(
      topology.remove('a').map(({ pid }) => pid),
      ['a11', 'a2', 'a1', 'a'],
    )
    assert.deepEqual(
      Array.from(topology.descendants(), ({ pid }) => pid),
      ['b'],
    )
    assert.equal(topology.size, 1)
  })

  it('takes one in the middle out and keeps the rest', () => {
    const topology = family()
    assert.deepEqual(
      topology.remove('a1').map(({ pid }) => pid),
      ['a11', 'a1'],
    )
    assert.deepEqual(
      Array.from(topology.descendants(), ({ pid }) => pid),
      ['a', 'b', 'a2'],
    )
  })

  it('has nothing to take out twice', () => {
    const topology = family()
    topology.remove('b')
    assert.deepEqual(topology.remove('b'), [])
    assert.deepEqual(topology.remove('x'), [])
  })

  it('lets a process move once its old place is given up, with its children told again', () => {
    const topology = family()
    assert.throws(() => topology.add('B', info('a1'), 'b'), code('ERR_IPEM_DUPLICATE_PID'))
    assert.equal(topology.below('a1'), 'A')
    topology.remove('a1')
    topology.add('B', info('a1'), 'b')
    assert.throws(() => topology.add('A', info('a11'), 'a1'), code('ERR_IPEM_PROTOCOL'))
    topology.add('B', info('a11'), 'a1')
    assert.deepEqual(
      ['a1', 'a11'].map((pid) => topology.below(pid)),
      ['B', 'B'],
    )
    assert.equal(topology.parentOf('a1'), 'b')
  })

  it('believes no news of a process whose parent is not behind the same link', () => {
    const topology = family()
    for (const parent of ['a', 'x', 'b1']) {
      assert.throws(() => topology.add('B', info('b2'), parent), code('ERR_IPEM_PROTOCOL'))
    }
    assert.equal(topology.size, 5)
  })

  it('remembers a bounded number of processes', () => {
    const topology = new Topology<string>('me')
    const limit = 262_144
    for (let count = 0; count < limit; count++) topology.add('A', info(`p${count}`), 'me')
    assert.throws(() => topology.add('A', info('one more'), 'me'), code('ERR_IPEM_TOO_MANY'))
    assert.equal(topology.remove('p0').length, 1)
    topology.add('A', info('one more'), 'me')
  })

  it('takes out a chain as long as it likes', () => {
    const topology = new Topology<string>('me')
    for (let depth = 0; depth < 50_000; depth++)
      topology.add('A', info(`p${depth}`), depth === 0 ? 'me' : `p${depth - 1}`)
    const gone = topology.remove('p0')
    assert.equal(gone.length, 50_000)
    assert.equal(gone[0]?.pid, 'p49999')
  })
})
