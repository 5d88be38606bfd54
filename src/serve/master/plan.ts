// What the crew needs next: a pure function over who is there. It starts nobody by itself, and is asked again whenever
// something has changed, so an order that is overtaken by another one needs no undoing.

/** `draining` has been told to leave and only finishes what it has. */
export type Phase = 'booting' | 'ready' | 'draining'

export interface Member {
  readonly id: number
  /** 0 up to the number of workers: the place it fills, used again by the one after it. */
  readonly slot: number
  /** Counts the reloads; a higher one has newer code. */
  readonly generation: number
  readonly phase: Phase
  /** To be replaced, whatever its generation. */
  readonly worn?: boolean
}

export interface Wanted {
  /** How many workers. */
  readonly target: number
  readonly generation: number
  /** Everybody leaves. */
  readonly stopping: boolean
  /** Those with old code, or worn, may be replaced. */
  readonly replacing?: boolean
  /** Slots whose last process crashed a moment ago. */
  readonly waiting: ReadonlySet<number>
}

export type Step = { readonly do: 'start'; readonly slot: number } | { readonly do: 'drain'; readonly id: number }

export function nextSteps(
  members: readonly Member[],
  { target, generation, stopping, replacing = true, waiting }: Wanted,
): Step[] {
  const present = members.filter(({ phase }) => phase !== 'draining')
  if (stopping) return present.map(drain)
  const steps: Step[] = present.filter(({ slot }) => slot >= target).map(drain)
  const staying = present.filter(({ slot }) => slot < target)
  let missing = false
  for (let slot = 0; slot < target; slot++) {
    const here = staying.filter((member) => member.slot === slot)
    missing ||= here.length === 0
    if (here.length === 0 && !waiting.has(slot)) steps.push({ do: 'start', slot })
    // The new one serves before the old one leaves.
    const newest = here.filter(({ phase }) => phase === 'ready').at(-1)
    if (newest) steps.push(...here.filter(({ id }) => id < newest.id).map(drain))
  }
  const replaced = steps.length > 0 || missing || !replacing ? undefined : nextToReplace(staying, generation)
  if (replaced !== undefined) steps.push({ do: 'start', slot: replaced })
  return steps
}

/** One at a time, and only while everybody else serves: the lowest slot with old code, or with one that is worn. */
function nextToReplace(staying: readonly Member[], generation: number): number | undefined {
  if (staying.some(({ phase }) => phase === 'booting')) return undefined
  const old = staying.filter((member) => member.generation < generation || member.worn).map(({ slot }) => slot)
  return old.length === 0 ? undefined : Math.min(...old)
}

function drain({ id }: Member): Step {
  return { do: 'drain', id }
}
