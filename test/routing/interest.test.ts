import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { EVERYTHING, Interest } from '../../src/routing/interest.js'

/** `me` is this process; all others are links. */
function interest(maxNames = 100) {
  const told: [link: string, add: readonly string[], remove: readonly string[]][] = []
  const deferred: (() => void)[] = []
  const subject = new Interest<string>(maxNames, {
    tell: (link, add, remove) => told.push([link, [...add].sort(), [...remove].sort()]),
    defer: (callback) => deferred.push(callback),
  })
  return {
    subject,
    deferred,
    /** What was told since the last time. */
    told: () => told.splice(0).sort(),
    /** The time to come back is over. */
    late: () => {
      for (const callback of deferred.splice(0)) callback()
      return told.splice(0).sort()
    },
  }
}

describe('interest', () => {
  it('tells every link at once of a name that is new', () => {
    const { subject, told } = interest()
    for (const link of ['up', 'a', 'b']) subject.connect(link)
    subject.add('me', 'ev')
    assert.deepEqual(told(), [
      ['a', ['ev'], []],
      ['b', ['ev'], []],
      ['up', ['ev'], []],
    ])
    assert.deepEqual([...subject.sides('ev')], ['me'])
  })

  it('tells a link only what somebody else than itself listens to', () => {
    const { subject, told } = interest()
    for (const link of ['up', 'a', 'b']) subject.connect(link)
    subject.add('a', 'ev')
    assert.deepEqual(told(), [
      ['b', ['ev'], []],
      ['up', ['ev'], []],
    ])
    subject.add('b', 'ev')
    assert.deepEqual(told(), [['a', ['ev'], []]])
    subject.add('up', 'ev')
    subject.add('me', 'ev')
    subject.add('me', 'ev')
    assert.deepEqual(told(), [])
    assert.deepEqual(
      ['up', 'a', 'b', 'me'].map((side) => subject.wants(side, 'ev')),
      [true, true, true, true],
    )
  })

  it('tells a new link all that the others listen to, in one go', () => {
    const { subject, told } = interest()
    subject.add('me', 'one')
    subject.add('me', 'two')
    subject.connect('a')
    assert.deepEqual(told(), [['a', ['one', 'two'], []]])
    subject.add('a', 'three')
    subject.connect('b')
    assert.deepEqual(told(), [['b', ['one', 'three', 'two'], []]])
  })

  it('tells a new link nothing where nobody listens', () => {
    const { subject, told } = interest()
    subject.connect('a')
    assert.deepEqual(told(), [])
  })

  it('tells late of a name that nobody else listens to any more', () => {
    const { subject, told, late, deferred } = interest()
    for (const link of ['a', 'b']) subject.connect(link)
    subject.add('me', 'ev')
    subject.add('a', 'ev')
    told()
    subject.remove('me', 'ev')
    assert.deepEqual(told(), [])
    assert.equal(deferred.length, 1)
    // `b` still has `a` beyond us; `a` has nobody but itself.
    assert.deepEqual(late(), [['a', [], ['ev']]])
    subject.remove('a', 'ev')
    assert.deepEqual(late(), [['b', [], ['ev']]])
    assert.equal(subject.size, 0)
  })

  it('says nothing of a listener that comes back in time', () => {
    const { subject, told, late } = interest()
    subject.connect('a')
    subject.add('me', 'ev')
    told()
    subject.remove('me', 'ev')
    subject.add('me', 'ev')
    assert.deepEqual(late(), [])
  })

  it('defers once for all the names that go in that time', () => {
    const { subject, told, late, deferred } = interest()
    subject.connect('a')
    for (const name of ['one', 'two']) subject.add('me', name)
    told()
    for (const name of ['one', 'two']) subject.remove('me', name)
    assert.equal(deferred.length, 1)
    assert.deepEqual(late(), [['a', [], ['one', 'two']]])
    subject.add('me', 'one')
    subject.remove('me', 'one')
    assert.equal(deferred.length, 1)
  })

  it('forgets with a link what lay beyond it, and tells the others late', () => {
    const { subject, told, late } = interest()
    for (const link of ['a', 'b']) subject.connect(link)
    subject.add('a', 'ev')
    subject.add('a', 'other')
    told()
    subject.disconnect('a')
    assert.equal(subject.wants('a', 'ev'), false)
    assert.equal(subject.size, 0)
    assert.deepEqual(late(), [['b', [], ['ev', 'other']]])
    subject.add('me', 'ev')
    assert.deepEqual(told(), [['b', ['ev'], []]])
  })

  it('ignores the end of what never began', () => {
    const { subject, deferred } = interest()
    subject.connect('a')
    subject.remove('a', 'ev')
    subject.disconnect('b')
    assert.equal(deferred.length, 0)
  })

  describe('in more names than are counted', () => {
    it('is interest in everything', () => {
      const { subject, told } = interest(3)
      for (const link of ['a', 'b']) subject.connect(link)
      for (const name of ['1', '2', '3', '4', '5']) subject.add('a', name)
      assert.deepEqual(told(), ['1', '2', '3', EVERYTHING].map((name) => ['b', [name], []]).sort())
      assert.equal(subject.wants('a', 'anything'), true)
      assert.equal(subject.wants('b', 'anything'), false)
      assert.deepEqual([...subject.sides('anything')], ['a'])
      assert.equal(subject.size, 4)
    })

    it('adds to those who listen to this name', () => {
      const { subject } = interest(1)
      for (const link of ['a', 'b']) subject.connect(link)
      for (const name of ['1', '2']) subject.add('a', name)
      subject.add('b', 'ev')
      assert.deepEqual([...subject.sides('ev')].sort(), ['a', 'b'])
      subject.add('b', 'too much')
      assert.deepEqual([...subject.sides('ev')].sort(), ['a', 'b'])
    })

    it('ends with the link', () => {
      const { subject, told, late } = interest(1)
      for (const link of ['a', 'b']) subject.connect(link)
      for (const name of ['1', '2']) subject.add('a', name)
      told()
      subject.disconnect('a')
      assert.equal(subject.wants('a', 'anything'), false)
      assert.deepEqual(late(), [['b', [], [EVERYTHING, '1']]])
    })
  })

  describe('changes the decisions of the router', () => {
    it('never by listeners of this process', () => {
      const { subject } = interest()
      subject.connect('a')
      const { version } = subject
      const stamp = subject.stamp('ev')
      for (let count = 0; count < 3; count++) {
        subject.add('me', 'ev')
        subject.remove('me', 'ev')
      }
      assert.equal(subject.version, version)
      assert.equal(subject.stamp('ev'), stamp)
    })

    it('for one name by a link that listens to it', () => {
      const { subject } = interest()
      for (const link of ['a', 'b']) subject.connect(link)
      const stamps = () => [subject.stamp('ev'), subject.stamp('other')]
      const [before, other] = stamps()
      subject.add('a', 'ev')
      const [after, same] = stamps()
      assert.notEqual(after, before)
      assert.equal(same, other)
    })

    it('for every name by a link that listens to everything', () => {
      const { subject } = interest()
      subject.connect('a')
      const before = subject.stamp('ev')
      subject.add('a', EVERYTHING)
      const during = subject.stamp('ev')
      assert.notEqual(during, before)
      subject.remove('a', EVERYTHING)
      assert.notEqual(subject.stamp('ev'), during)
    })

    it('also by a name that is forgotten after it changed', () => {
      const { subject } = interest()
      subject.connect('a')
      subject.add('a', 'ev')
      subject.add('a', EVERYTHING)
      subject.remove('a', EVERYTHING)
      const before = subject.stamp('ev')
      subject.add('me', 'ev')
      subject.remove('a', 'ev')
      subject.remove('me', 'ev')
      assert.notEqual(subject.stamp('ev'), before)
    })

    it('whenever, and only if, the stamp or the version says so', () => {
      const side = fc.constantFrom('me', 'a', 'b')
      const change = fc.tuple(fc.boolean(), side, fc.constantFrom('ev', 'other', EVERYTHING))
      fc.assert(
        fc.property(fc.array(change, { maxLength: 30 }), fc.nat({ max: 29 }), (changes, at) => {
          const { subject } = interest()
          for (const link of ['a', 'b']) subject.connect(link)
          const links = () => [...subject.sides('ev')].filter((one) => one !== 'me').sort()
          let remembered = { stamp: subject.stamp('ev'), version: subject.version, links: links() }
          changes.forEach(([adds, link, name], count) => {
            if (adds) subject.add(link, name)
            else subject.remove(link, name)
            if (subject.version === remembered.version || subject.stamp('ev') === remembered.stamp) {
              assert.deepEqual(links(), remembered.links)
            }
            if (count === at) remembered = { stamp: subject.stamp('ev'), version: subject.version, links: links() }
          })
        }),
        { numRuns: 1000 },
      )
    })
  })

  it('told is what is needed, whatever happens, and exactly that when nothing is late any more', () => {
    const sides = ['me', 'a', 'b', 'c']
    const names = ['x', 'y', 'z']
    const change = fc.tuple(
      fc.constantFrom('add', 'remove', 'connect', 'disconnect', 'late'),
      fc.nat({ max: 3 }),
      fc.nat({ max: 2 }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const knows = new Map<string, Set<string>>()
        const listens = new Map(sides.map((side) => [side, new Set<string>()]))
        const deferred: (() => void)[] = []
        const subject = new Interest<string>(100, {
          tell: (link, add, remove) => {
            for (const name of add) knows.get(link)?.add(name)
            for (const name of remove) knows.get(link)?.delete(name)
          },
          defer: (callback) => deferred.push(callback),
        })
        const needs = (link: string, name: string) =>
          sides.some((side) => side !== link && (side === 'me' || knows.has(side)) && listens.get(side)?.has(name))
        const late = () => {
          for (const callback of deferred.splice(0)) callback()
        }
        for (const [what, sideAt, nameAt] of changes) {
          const side = sides[sideAt] as string
          const name = names[nameAt] as string
          const present = side === 'me' || knows.has(side)
          if (what === 'late') late()
          else if (what === 'connect' && !present) {
            knows.set(side, new Set())
            subject.connect(side)
          } else if (what === 'disconnect' && present && side !== 'me') {
            knows.delete(side)
            listens.get(side)?.clear()
            subject.disconnect(side)
          } else if (what === 'add' && present) {
            listens.get(side)?.add(name)
            subject.add(side, name)
          } else if (what === 'remove' && present) {
            listens.get(side)?.delete(name)
            subject.remove(side, name)
          }
          for (const [link, known] of knows) {
            for (const one of names) if (needs(link, one)) assert.ok(known.has(one), `${link} was not told of ${one}`)
          }
        }
        late()
        for (const [link, known] of knows)
          assert.deepEqual(
            [...known].sort(),
            names.filter((one) => needs(link, one)),
          )
      }),
      { numRuns: 1000 },
    )
  })
})
