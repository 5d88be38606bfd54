// What is broken on purpose, and how often. Each takes one step; the director heals afterwards.

import type { Actor, Cast } from './cast.js'
import type { Part } from './puppet.js'

/** Numbers from 0 up to and without 1. */
export type Dice = () => number

const HUGE = 32 * 1024 * 1024

interface Stage {
  readonly cast: Cast
  readonly dice: Dice
  /** A guest under a new name. */
  readonly guest: () => Part
}

type Fault = (stage: Stage) => unknown

export const pick = <T>(dice: Dice, from: readonly T[]): T | undefined => from[Math.floor(dice() * from.length)]

const anyone = ({ cast, dice }: Stage): Actor | undefined => pick(dice, [...cast.actors.values()])

const awake = ({ cast, dice }: Stage): Actor | undefined =>
  pick(
    dice,
    [...cast.actors.values()].filter(({ stopped }) => !stopped),
  )

/** Asked, and not waited for: it may take long, or end the one who was asked. */
function ask(actor: Actor | undefined, what: string, facts: Record<string, unknown> = {}): void {
  actor?.control.ask(what, facts).catch(() => {})
}

function kill(cast: Cast, actor: Actor | undefined): void {
  if (actor === undefined) return
  cast.touched.add(actor.number)
  cast.signal(actor, 'SIGKILL')
}

function cut(stage: Stage, bytes: number): void {
  const actor = awake(stage)
  if (actor === undefined) return
  stage.cast.touched.add(actor.number)
  ask(actor, 'cut', { to: awake(stage)?.number, bytes, choice: stage.dice() })
}

/** Each with its weight. */
const faults: Record<string, [weight: number, fault: Fault]> = {
  'kill somebody': [4, (stage) => kill(stage.cast, anyone(stage))],
  'kill the grand master': [1, async ({ cast }) => kill(cast, await cast.master(500))],
  'stop somebody': [
    4,
    (stage) => {
      const actor = awake(stage)
      if (actor !== undefined) stage.cast.signal(actor, 'SIGSTOP')
    },
  ],
  'go on': [
    4,
    ({ cast }) => {
      for (const actor of cast.actors.values()) if (actor.stopped) cast.signal(actor, 'SIGCONT')
    },
  ],
  'cut a link': [2, (stage) => cut(stage, 0)],
  'cut a link in the middle of 32 MiB': [1, (stage) => cut(stage, HUGE)],
  'send 32 MiB': [1, (stage) => ask(awake(stage), 'send', { to: anyone(stage)?.number, count: 1, bytes: HUGE })],
  flood: [2, (stage) => ask(awake(stage), 'send', { to: anyone(stage)?.number, count: 40_000, bytes: 1000 })],
  'block somebody': [3, (stage) => ask(awake(stage), 'block', { ms: 50 + Math.floor(stage.dice() * 1500) })],
  'throw in a listener': [1, (stage) => ask(awake(stage), 'throw')],
  'crash somebody': [
    1,
    (stage) => {
      const actor = awake(stage)
      if (actor === undefined) return
      stage.cast.touched.add(actor.number)
      ask(actor, 'crash')
    },
  ],
  'a guest comes': [2, ({ cast, guest }) => cast.start(guest())],
  'a guest leaves': [
    2,
    ({ cast, dice }) => {
      const actor = pick(
        dice,
        [...cast.actors.values()].filter(({ name, stopped }) => name.startsWith('guest') && !stopped),
      )
      if (actor !== undefined) leave(cast, actor)
    },
  ],
}

/** In order, by `close()`. */
export function leave(cast: Cast, actor: Actor): void {
  cast.touched.add(actor.number)
  cast.dismiss(actor.name)
  ask(actor, 'leave')
}

const bag = Object.entries(faults).flatMap(([name, [weight]]) => Array<string>(weight).fill(name))

/** One of them, by chance. Answers which. */
export async function breakSomething(stage: Stage): Promise<string> {
  const name = pick(stage.dice, bag) as string
  await faults[name]?.[1](stage)
  return name
}
