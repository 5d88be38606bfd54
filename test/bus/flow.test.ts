import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Flow } from '../../src/bus/flow.js'
import { Neighbour } from '../../src/bus/neighbour.js'
import { Track } from '../../src/bus/track.js'
import type { IpemError } from '../../src/errors.js'
import type { Link } from '../../src/link/link.js'
import { MessageType, type MessageTypeNumber } from '../../src/message.js'

const HARD_LIMIT = 1000

/** A link that is as full as it is said to be. */
function neighbourOf(pid: string) {
  const link = { queuedBytes: 0, needDrain: false, stalled: false, closed: false, paused: 0 }
  const verbs = { pause: () => void link.paused++, resume: () => void link.paused-- }
  const neighbour = new Neighbour(Object.assign(link, verbs) as unknown as Link, false, 'fork', 16)
  neighbour.pid = pid
  return { neighbour, link }
}

function flow() {
  const told: { event: string; from: string; error: IpemError; payload: Buffer | null }[] = []
  const subject = new Flow(HARD_LIMIT, (track, error, payload) => {
    told.push({ event: track.header.event, from: track.from, error, payload })
  })
  return { subject, told: () => told.splice(0) }
}

function trackOf(from: string, event = 'ev', type: MessageTypeNumber = MessageType.sendTo): Track {
  return new Track({ type, event, pids: [from], to: 'slow', route: null }, neighbourOf(from).neighbour, 'me')
}

describe('the room on a link', () => {
  const event = trackOf('a')

  it('is there below the high-water mark, however large the message', () => {
    const { neighbour } = neighbourOf('slow')
    assert.equal(flow().subject.admits(neighbour, 10 * HARD_LIMIT, event), true)
  })

  it('ends at the hard limit', () => {
    const { neighbour, link } = neighbourOf('slow')
    Object.assign(link, { needDrain: true, queuedBytes: 900 })
    assert.equal(flow().subject.admits(neighbour, 100, event), true)
    assert.equal(flow().subject.admits(neighbour, 101, event), false)
  })

  it('is there for one message when nothing is queued', () => {
    const { neighbour, link } = neighbourOf('slow')
    Object.assign(link, { needDrain: true, queuedBytes: 0 })
    assert.equal(flow().subject.admits(neighbour, 10 * HARD_LIMIT, event), true)
  })

  it('is a little larger for answers and notices, and bounded for them too', () => {
    const { neighbour, link } = neighbourOf('slow')
    Object.assign(link, { needDrain: true, queuedBytes: HARD_LIMIT })
    for (const type of [MessageType.answer, MessageType.notice]) {
      assert.equal(flow().subject.admits(neighbour, 1_048_576, trackOf('a', '', type)), true)
      assert.equal(flow().subject.admits(neighbour, 1_048_577, trackOf('a', '', type)), false)
    }
    assert.equal(flow().subject.admits(neighbour, 1, trackOf('a', 'ev', MessageType.request)), false)
  })
})

describe('a full link', () => {
  it('holds back those who feed it, once each, and lets them go when it drains', () => {
    const { subject } = flow()
    const slow = neighbourOf('slow')
    const a = neighbourOf('a')
    const b = neighbourOf('b')
    subject.fed(slow.neighbour, a.neighbour)
    assert.equal(a.link.paused, 0)
    slow.link.needDrain = true
    for (const from of [a, a, b]) subject.fed(slow.neighbour, from.neighbour)
    assert.deepEqual([a.link.paused, b.link.paused, subject.full], [1, 1, true])
    assert.equal(subject.release(slow.neighbour), true)
    assert.deepEqual([a.link.paused, b.link.paused, subject.full], [0, 0, false])
    assert.equal(subject.release(slow.neighbour), false)
  })

  it('lets nobody go whom another one holds', () => {
    const { subject } = flow()
    const [one, two, a] = [neighbourOf('one'), neighbourOf('two'), neighbourOf('a')]
    for (const full of [one, two]) {
      full.link.needDrain = true
      subject.fed(full.neighbour, a.neighbour)
    }
    assert.equal(a.link.paused, 1)
    assert.equal(subject.release(one.neighbour), false)
    assert.equal(a.link.paused, 1)
    assert.equal(subject.release(two.neighbour), true)
    assert.equal(a.link.paused, 0)
  })

  it('that has stalled holds nobody back', () => {
    const { subject } = flow()
    const [slow, a] = [neighbourOf('slow'), neighbourOf('a')]
    Object.assign(slow.link, { needDrain: true, stalled: true })
    subject.fed(slow.neighbour, a.neighbour)
    assert.deepEqual([a.link.paused, subject.full], [0, false])
  })

  it('counts for this process too, which nobody can hold back', () => {
    const { subject } = flow()
    const slow = neighbourOf('slow')
    slow.link.needDrain = true
    subject.fed(slow.neighbour, null)
    subject.fed(slow.neighbour, null)
    assert.equal(subject.full, true)
    assert.equal(subject.release(slow.neighbour), true)
  })

  it('does not read on from one that is closed', () => {
    const { subject } = flow()
    const [slow, a] = [neighbourOf('slow'), neighbourOf('a')]
    slow.link.needDrain = true
    subject.fed(slow.neighbour, a.neighbour)
    a.link.closed = true
    subject.release(slow.neighbour)
    assert.equal(a.link.paused, 1)
  })

  it('forgets who is gone', () => {
    const { subject } = flow()
    const [slow, a] = [neighbourOf('slow'), neighbourOf('a')]
    slow.link.needDrain = true
    subject.fed(slow.neighbour, a.neighbour)
    subject.forget(a.neighbour)
    assert.equal(slow.neighbour.holding?.size, 0)
    assert.equal(a.neighbour.heldBy, null)
    subject.release(slow.neighbour)
    assert.equal(a.link.paused, 1)
  })

  it('may be fed again while it lets go: what was held is read at once perhaps', () => {
    const { subject } = flow()
    const [slow, a] = [neighbourOf('slow'), neighbourOf('a')]
    slow.link.needDrain = true
    subject.fed(slow.neighbour, a.neighbour)
    const { resume } = a.neighbour.link
    a.neighbour.link.resume = () => {
      resume()
      subject.fed(slow.neighbour, a.neighbour)
    }
    subject.release(slow.neighbour)
    assert.deepEqual([a.link.paused, slow.neighbour.holding?.size, a.neighbour.heldBy?.size], [1, 1, 1])
  })
})

describe('what is refused', () => {
  const payload = Buffer.from('payload')

  it('is told to each origin once when it begins, with the message, and once when it ends, with the count', () => {
    const { subject, told } = flow()
    const { neighbour } = neighbourOf('slow')
    for (const from of ['a', 'b', 'a', 'a']) subject.refuse(neighbour, trackOf(from, `of ${from}`), payload)
    assert.deepEqual(
      told().map(({ event, from, error, payload: returned }) => [
        event,
        from,
        error.code,
        error.pid,
        error.count,
        error.ended,
        returned,
      ]),
      [
        ['of a', 'a', 'ERR_IPEM_OVERFLOW', 'slow', 1, false, payload],
        ['of b', 'b', 'ERR_IPEM_OVERFLOW', 'slow', 1, false, payload],
      ],
    )
    subject.settle(neighbour)
    assert.deepEqual(
      told().map(({ from, error, payload: returned }) => [from, error.message, error.count, error.ended, returned]),
      [
        ['a', '3 messages were refused while the queue to slow was full', 3, true, null],
        ['b', '1 message was refused while the queue to slow was full', 1, true, null],
      ],
    )
  })

  it('is told again when it begins again', () => {
    const { subject, told } = flow()
    const { neighbour } = neighbourOf('slow')
    for (let round = 0; round < 2; round++) {
      subject.refuse(neighbour, trackOf('a'), payload)
      subject.settle(neighbour)
      assert.deepEqual(
        told().map(({ error }) => [error.count, error.ended]),
        [
          [1, false],
          [1, true],
        ],
      )
    }
    subject.settle(neighbour)
    assert.deepEqual(told(), [])
  })
})
