import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Member, nextSteps, type Phase, type Wanted } from '../../../src/serve/master/plan.js'

const WANTED: Wanted = { target: 2, generation: 0, stopping: false, waiting: new Set() }

const member = (id: number, slot: number, phase: Phase = 'ready', generation = 0): Member => ({
  id,
  slot,
  phase,
  generation,
})

const said = (members: readonly Member[], wanted: Partial<Wanted> = {}): string[] =>
  nextSteps(members, { ...WANTED, ...wanted }).map((step) =>
    step.do === 'start' ? `start slot ${step.slot}` : `drain ${step.id}`,
  )

describe('what the crew needs next', () => {
  const waiting = new Set([1])
  const rows: [title: string, members: Member[], wanted: Partial<Wanted>, steps: string[]][] = [
    ['all slots at the start', [], {}, ['start slot 0', 'start slot 1']],
    ['those that are still empty', [member(1, 0, 'booting')], {}, ['start slot 1']],
    ['nothing while they start', [member(1, 0, 'booting'), member(2, 1, 'booting')], {}, []],
    ['nothing when all serve', [member(1, 0), member(2, 1)], {}, []],
    ['a slot whose worker crashed', [member(1, 0)], {}, ['start slot 1']],
    ['a slot whose worker leaves by itself, at once', [member(1, 0), member(2, 1, 'draining')], {}, ['start slot 1']],
    ['nothing for a slot that waits after a crash', [member(1, 0)], { waiting }, []],
    ['one more, in the next slot', [member(1, 0), member(2, 1)], { target: 3 }, ['start slot 2']],
    ['one less, the highest slot', [member(3, 0), member(2, 1)], { target: 1 }, ['drain 2']],
    ['the highest slot gone though it starts', [member(1, 0), member(2, 1, 'booting')], { target: 1 }, ['drain 2']],
    ['nothing for one that is leaving already', [member(1, 0), member(2, 1, 'draining')], { target: 1 }, []],
    ['nobody', [member(1, 0), member(2, 1, 'booting')], { target: 0 }, ['drain 1', 'drain 2']],
    [
      'both, where the middle is missing and one is too many',
      [member(1, 0), member(3, 2)],
      {},
      ['drain 3', 'start slot 1'],
    ],
    ['everybody to leave', [member(1, 0), member(2, 1, 'booting')], { stopping: true }, ['drain 1', 'drain 2']],
    ['nothing more when everybody leaves', [member(1, 0, 'draining')], { stopping: true, generation: 1 }, []],
    ['nobody new while stopping', [], { stopping: true }, []],
  ]
  for (const [title, members, wanted, steps] of rows) {
    it(title, () => assert.deepEqual(said(members, wanted), steps))
  }
})

describe('what the crew needs next, with new code', () => {
  const generation = 1
  const rows: [title: string, members: Member[], wanted: Partial<Wanted>, steps: string[]][] = [
    ['the lowest slot', [member(1, 0), member(2, 1)], {}, ['start slot 0']],
    ['nothing while the new one starts', [member(1, 0), member(2, 1), member(3, 0, 'booting', 1)], {}, []],
    [
      'the old one to leave when the new one serves',
      [member(1, 0), member(2, 1), member(3, 0, 'ready', 1)],
      {},
      ['drain 1'],
    ],
    [
      'the next slot, while the old one still finishes',
      [member(1, 0, 'draining'), member(2, 1), member(3, 0, 'ready', 1)],
      {},
      ['start slot 1'],
    ],
    ['nothing when all have it', [member(3, 0, 'ready', 1), member(4, 1, 'ready', 1)], {}, []],
    ['the new one again, if it crashed', [member(1, 0), member(2, 1)], {}, ['start slot 0']],
    ['the old ones to go on where the reload was given up', [member(1, 0), member(2, 1)], { generation: 0 }, []],
    ['first whoever is missing', [member(1, 0)], {}, ['start slot 1']],
    ['nothing while an old one still starts', [member(1, 0), member(2, 1, 'booting')], {}, []],
    ['first the one too many to leave', [member(1, 0), member(2, 1), member(3, 2)], {}, ['drain 3']],
    [
      'both older ones to leave, where a second reload came while the first one started',
      [member(1, 0), member(2, 1, 'ready', 2), member(3, 0, 'ready', 1), member(4, 0, 'ready', 2)],
      { generation: 2 },
      ['drain 1', 'drain 3'],
    ],
    [
      'once more, if the one that just started is old again',
      [member(2, 1, 'ready', 2), member(3, 0, 'ready', 1)],
      { generation: 2 },
      ['start slot 0'],
    ],
  ]
  for (const [title, members, wanted, steps] of rows) {
    it(title, () => assert.deepEqual(said(members, { generation, ...wanted }), steps))
  }
})

describe('a crew that follows the plan', () => {
  /** Carries out step after step; what starts serves, and what drains is gone, in an order the test draws. */
  function follow(members: Member[], wanted: Wanted, draw: () => number): { fewest: number; rounds: number } {
    let lastId = Math.max(0, ...members.map(({ id }) => id))
    let fewest = Number.POSITIVE_INFINITY
    for (let rounds = 0; rounds < 1000; rounds++) {
      fewest = Math.min(fewest, members.filter(({ phase }) => phase === 'ready').length)
      const [step] = nextSteps(members, wanted)
      const moving = members.filter(({ phase }) => phase !== 'ready')
      if (step === undefined && moving.length === 0) return { fewest, rounds }
      if (step !== undefined && (moving.length === 0 || draw() < 0.5)) {
        if (step.do === 'start') members.push(member(++lastId, step.slot, 'booting', wanted.generation))
        else change(members, step.id, 'draining')
        continue
      }
      const next = moving[Math.floor(draw() * moving.length)]
      if (next?.phase === 'booting') change(members, next.id, 'ready')
      else members.splice(members.indexOf(next as Member), 1)
    }
    throw new Error('the crew never comes to rest')
  }

  const change = (members: Member[], id: number, phase: Phase) => {
    const at = members.findIndex((each) => each.id === id)
    members[at] = { ...(members[at] as Member), phase }
  }

  const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))

  it('comes to rest with everybody on the newest code, and never has fewer than it had and wants', () => {
    const size = fc.integer({ min: 0, max: 6 })
    fc.assert(
      fc.property(size, size, draws, (before, target, stream) => {
        const members = Array.from({ length: before }, (_, slot) => member(slot + 1, slot))
        const draw = () => stream.next().value as number
        const { fewest } = follow(members, { ...WANTED, target, generation: 1 }, draw)
        const slots = members.map(({ slot, phase, generation }) => `${slot} ${phase} ${generation}`).sort()
        assert.deepEqual(slots, Array.from({ length: target }, (_, slot) => `${slot} ready 1`).sort())
        assert.ok(fewest >= Math.min(before, target), `${fewest} of ${before} to ${target}`)
      }),
    )
  })

  it('is gone in the end when it stops', () => {
    const members = [member(1, 0), member(2, 1, 'booting'), member(3, 0, 'draining')]
    follow(members, { ...WANTED, stopping: true }, () => 0)
    assert.deepEqual(members, [])
  })
})
