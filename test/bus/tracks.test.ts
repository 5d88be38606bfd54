import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Surroundings } from '../../src/bus/header-track.js'
import type { Neighbour } from '../../src/bus/neighbour.js'
import { OwnTracks } from '../../src/bus/own-tracks.js'
import { Track } from '../../src/bus/track.js'
import { MessageType } from '../../src/message.js'

const SELF = 'me'

describe("a process's own headers", () => {
  it('are the same ones for the same message', () => {
    const own = new OwnTracks(SELF)
    assert.equal(own.known(MessageType.broadcast, 'ev'), undefined)
    const track = own.multicast(MessageType.broadcast, 'ev')
    assert.equal(own.known(MessageType.broadcast, 'ev'), track)
    assert.equal(own.multicast(MessageType.broadcast, 'ev'), track)
    assert.equal(own.targeted(MessageType.sendTo, 'ev', 'a'), own.targeted(MessageType.sendTo, 'ev', 'a'))
    const way = Object.freeze(['a', SELF])
    assert.equal(own.routed(MessageType.sendTo, 'ev', way), own.routed(MessageType.sendTo, 'ev', way))
  })

  it('are found by a target as a user gives it, once they have been made', () => {
    const own = new OwnTracks(SELF)
    const way = Object.freeze(['a', SELF])
    for (const target of ['a', way, ['a', SELF], 12, null, undefined]) {
      assert.equal(own.knownFor(MessageType.sendTo, 'ev', target), undefined)
    }
    const [targeted, routed] = [own.targeted(MessageType.sendTo, 'ev', 'a'), own.routed(MessageType.sendTo, 'ev', way)]
    assert.equal(own.knownFor(MessageType.sendTo, 'ev', 'a'), targeted)
    assert.equal(own.knownFor(MessageType.sendTo, 'ev', way), routed)
    for (const target of ['b', ['a', SELF], 12, null]) {
      assert.equal(own.knownFor(MessageType.sendTo, 'ev', target), undefined)
    }
    assert.equal(own.knownFor(MessageType.toChild, 'ev', 'a'), undefined)
  })

  it('are others for another type, name, target or way', () => {
    const own = new OwnTracks(SELF)
    const tracks = [
      own.multicast(MessageType.broadcast, 'ev'),
      own.multicast(MessageType.toChilds, 'ev'),
      own.multicast(MessageType.broadcast, 'ev2'),
      own.targeted(MessageType.sendTo, 'ev', 'a'),
      own.targeted(MessageType.sendTo, 'ev', 'b'),
      own.targeted(MessageType.request, 'ev', 'a'),
      own.targeted(MessageType.request, 'ev', null),
      own.routed(MessageType.sendTo, 'ev', Object.freeze(['a', SELF])),
      own.routed(MessageType.sendTo, 'ev', Object.freeze(['a', SELF])),
    ]
    assert.equal(new Set(tracks).size, tracks.length)
  })

  it('say who it is from, to whom, and which way', () => {
    const own = new OwnTracks(SELF)
    assert.deepEqual(own.multicast(MessageType.broadcast, 'ev').header, {
      type: MessageType.broadcast,
      event: 'ev',
      pids: [SELF],
      to: null,
      route: null,
    })
    assert.deepEqual(own.targeted(MessageType.toChild, 'ev', 'a').header, {
      type: MessageType.toChild,
      event: 'ev',
      pids: [SELF],
      to: 'a',
      route: null,
    })
    assert.deepEqual(own.routed(MessageType.sendTo, 'ev', ['a', 'b', SELF]).header, {
      type: MessageType.sendTo,
      event: 'ev',
      pids: [SELF],
      to: 'a',
      route: ['a', 'b'],
    })
  })

  it('are not kept for a way that can still change', () => {
    const own = new OwnTracks(SELF)
    const way = ['a', SELF]
    const track = own.routed(MessageType.sendTo, 'ev', way)
    way[0] = 'b'
    assert.equal(track.header.to, 'a')
    assert.equal(own.routed(MessageType.sendTo, 'ev', way).header.to, 'b')
  })

  it('are bounded, and begin anew at the bound', () => {
    const own = new OwnTracks(SELF)
    const first = own.multicast(MessageType.broadcast, 'ev')
    for (let count = 0; count < 8191; count++) own.targeted(MessageType.sendTo, 'ev', `p${count}`)
    assert.equal(own.known(MessageType.broadcast, 'ev'), first)
    own.targeted(MessageType.sendTo, 'ev', 'one more')
    assert.equal(own.known(MessageType.broadcast, 'ev'), undefined)
    for (let count = 0; count < 20_000; count++) {
      const way = Object.freeze([`p${count}`, SELF])
      assert.equal(own.routed(MessageType.sendTo, 'ev', way), own.routed(MessageType.sendTo, 'ev', way))
      const name = `ev${count}`
      assert.equal(own.multicast(MessageType.broadcast, name), own.multicast(MessageType.broadcast, name))
    }
  })
})

/** Surroundings that count how often they are asked where a message goes. */
function surroundings() {
  const where = {
    self: SELF,
    isGrandMaster: false,
    parent: {} as Neighbour,
    version: 0,
    structure: 0,
    stamps: new Map<string, number>(),
    asked: 0,
    neighbour: () => where.parent,
    below: () => undefined,
    wants: () => {
      where.asked++
      return true
    },
    listening: () => {
      where.asked++
      return [where.parent]
    },
    stamp: (event: string) => where.stamps.get(event) ?? 0,
  }
  return where satisfies Surroundings<Neighbour>
}

describe('where a message goes', () => {
  const broadcast = () => new OwnTracks(SELF).multicast(MessageType.broadcast, 'ev')

  it('is decided once', () => {
    const where = surroundings()
    const track = broadcast()
    for (let count = 0; count < 10; count++) assert.deepEqual(track.decide(where).forward, [where.parent])
    assert.equal(where.asked, 1)
  })

  it('is decided again when the tree has changed', () => {
    const where = surroundings()
    const track = broadcast()
    track.decide(where)
    where.version = where.structure = 1
    track.decide(where)
    assert.equal(where.asked, 2)
  })

  it('is decided again when its own name is listened to elsewhere, and not for any other name', () => {
    const where = surroundings()
    const track = broadcast()
    track.decide(where)
    where.version = 1
    where.stamps.set('other', 1)
    track.decide(where)
    assert.equal(where.asked, 1)
    where.version = 2
    where.stamps.set('ev', 2)
    track.decide(where)
    assert.equal(where.asked, 2)
  })

  it('does not depend on listeners where there is a target', () => {
    const where = surroundings()
    const track = new OwnTracks(SELF).targeted(MessageType.sendTo, 'ev', 'a')
    const decision = track.decide(where)
    where.version = 1
    where.stamps.set('ev', 1)
    assert.equal(track.decide(where), decision)
  })
})

describe('a message as a listener sees it', () => {
  it('has been here, is frozen, and has a target where it was meant for one', () => {
    const origin = {} as Neighbour
    const header = { type: MessageType.broadcast, event: 'ev', pids: Object.freeze(['a']), to: null, route: null }
    const message = new Track(header, origin, SELF).message([1])
    assert.deepEqual(message, { from: 'a', pids: ['a', SELF], type: MessageType.broadcast, event: 'ev', args: [1] })
    assert.ok(Object.isFrozen(message.pids) && Object.isFrozen(message.args))
    const targeted = { ...header, type: MessageType.sendTo, to: SELF }
    const expected = {
      from: 'a',
      pids: ['a', SELF],
      to: SELF,
      route: [],
      type: MessageType.sendTo,
      event: 'ev',
      args: [1],
    }
    for (const route of [null, []])
      assert.deepEqual(new Track({ ...targeted, route }, origin, SELF).message([1]), expected)
    assert.ok(Object.isFrozen(new Track(targeted, origin, SELF).message([]).route))
  })
})
