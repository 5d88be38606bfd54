import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Acceptors } from '../../../src/serve/master/acceptor.js'
import type { NativeConnection, NativeListener } from '../../../src/serve/native-listener.js'

class FakeListener implements NativeListener {
  readonly fd = -1
  closed = 0
  readonly backlogs: number[] = []
  onconnection: NonNullable<NativeListener['onconnection']> | null = null

  close(): void {
    this.closed++
  }

  listen(backlog: number): number {
    this.backlogs.push(backlog)
    return 0
  }

  accept(connection?: NativeConnection): void {
    this.onconnection?.(connection === undefined ? -24 : 0, connection)
  }
}

function acceptors() {
  const accepted: [key: string, connection: NativeConnection][] = []
  return { accepted, acceptors: new Acceptors((...each) => accepted.push(each)) }
}

const connection = (): NativeConnection => ({ close: () => assert.fail('It is for somebody else to close') })

describe('a master that accepts', () => {
  it('listens at a copy of each socket', () => {
    const { acceptors: made } = acceptors()
    const [one, two] = [new FakeListener(), new FakeListener()]
    made.start('one', one, 511)
    made.start('two', two, 16)
    assert.deepEqual([one.backlogs, two.backlogs], [[511], [16]])
    assert.deepEqual([made.keys, made.has('one'), made.has('three')], [['one', 'two'], true, false])
  })

  it('tells of each connection, and of the socket it came by', () => {
    const { acceptors: made, accepted } = acceptors()
    const [one, two] = [new FakeListener(), new FakeListener()]
    made.start('one', one, 511)
    made.start('two', two, 511)
    const [first, second] = [connection(), connection()]
    two.accept(first)
    one.accept(second)
    assert.deepEqual(
      accepted.map(([key]) => key),
      ['two', 'one'],
    )
    assert.ok(accepted[0]?.[1] === first && accepted[1]?.[1] === second)
  })

  it('tells of nothing where accepting failed', () => {
    const { acceptors: made, accepted } = acceptors()
    const one = new FakeListener()
    made.start('one', one, 511)
    one.accept()
    assert.deepEqual(accepted, [])
  })

  it('closes a second copy of a socket, and keeps the first', () => {
    const { acceptors: made, accepted } = acceptors()
    const [first, second] = [new FakeListener(), new FakeListener()]
    made.start('one', first, 511)
    made.start('one', second, 511)
    assert.deepEqual([first.closed, second.closed, second.backlogs], [0, 1, []])
    first.accept(connection())
    assert.equal(accepted.length, 1)
  })

  it('stops at one socket and goes on at others', () => {
    const { acceptors: made } = acceptors()
    const [one, two] = [new FakeListener(), new FakeListener()]
    made.start('one', one, 511)
    made.start('two', two, 511)
    made.stop('one')
    made.stop('one')
    made.stop('three')
    assert.deepEqual([one.closed, two.closed, made.keys], [1, 0, ['two']])
  })

  it('starts again with a new copy', () => {
    const { acceptors: made, accepted } = acceptors()
    made.start('one', new FakeListener(), 511)
    made.stop('one')
    const again = new FakeListener()
    made.start('one', again, 511)
    again.accept(connection())
    assert.deepEqual([again.closed, accepted.length], [0, 1])
  })

  it('closes every copy when it closes', () => {
    const { acceptors: made } = acceptors()
    const all = [new FakeListener(), new FakeListener()]
    for (const [index, each] of all.entries()) made.start(`${index}`, each, 511)
    made.close()
    made.close()
    assert.deepEqual([all.map(({ closed }) => closed), made.keys], [[1, 1], []])
  })
})
