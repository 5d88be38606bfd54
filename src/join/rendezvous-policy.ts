// What to do next when processes meet at an address: pure decisions over what a dial or a bind came to.

import { IpemError } from '../errors.js'
import type { DialOutcome } from './dial.js'
import type { SocketIdentity } from './socket-file.js'

/** Tries in a row that may follow each other at once. A race is over after two or three. */
export const MAX_QUICK_TRIES = 20
const QUICK_STEP_MS = 5
const MAX_QUICK_MS = 50
/** Where `delayReconnect` is 0: never a loop without a pause. */
const MIN_DELAY_MS = 10
const JITTER = 0.2

export interface Situation {
  readonly onlyConnect: boolean
  readonly delayReconnect: number
  /** Quick tries so far, one after the other. */
  readonly quickTries: number
  /** This process has been in a tree at this address before, so it is not somebody else's. */
  readonly proven: boolean
}

export type Action =
  | { readonly do: 'listen'; readonly stale: SocketIdentity }
  | { readonly do: 'dial'; readonly afterMs: number; readonly quick: boolean; readonly warning?: Error }
  /** Stay without a socket. */
  | { readonly do: 'stayAlone'; readonly error: IpemError }

/** A number from 0 up to and without 1. */
export type Random = () => number

/** Every outcome of a dial but the one that joins. */
export type Setback = Exclude<DialOutcome, { kind: 'done' }>

export function afterDial(outcome: Setback, situation: Situation, random: Random): Action {
  switch (outcome.kind) {
    case 'nobody':
      return situation.onlyConnect ? later(situation, random) : { do: 'listen', stale: outcome.stale }
    case 'broken':
      return soon(situation, random, outcome.error)
    case 'unreachable':
      return later(situation, random, outcome.error)
    case 'silent':
      // The grand master of this very tree may be busy or suspended; a stranger never becomes one of us.
      return situation.proven ? later(situation, random, outcome.error) : { do: 'stayAlone', error: outcome.error }
    case 'untrusted':
    case 'impossible':
      return { do: 'stayAlone', error: outcome.error }
    case 'refuse':
    case 'refused':
      return afterRefusal(outcome.error, situation, random)
  }
}

/** Somebody listens where a moment ago nobody answered: dial it. */
export function afterTaken(situation: Situation, random: Random): Action {
  return soon(situation, random)
}

/**
 * The link to the parent broke. Everybody who lost the same parent starts now: a short and different wait each, so
 * that one is first to listen and the others find it.
 *
 * @param joinedMs how long it lasted; one that breaks at once, again and again, is like no link
 */
export function afterLoss(joinedMs: number, situation: Situation, random: Random): Action {
  if (joinedMs >= situation.delayReconnect) return { do: 'dial', afterMs: random() * MAX_QUICK_MS, quick: false }
  return soon(situation, random)
}

function afterRefusal(error: IpemError, situation: Situation, random: Random): Action {
  switch (error.code) {
    // The tree is changing: it may fit when it has.
    case 'ERR_IPEM_RING':
    case 'ERR_IPEM_DUPLICATE_PID':
      return later(situation, random)
    // Full, leaving, or this process was too slow: nothing that says who they are.
    case 'ERR_IPEM_TOO_MANY':
    case 'ERR_IPEM_CLOSED':
    case 'ERR_IPEM_HANDSHAKE':
      return soon(situation, random, error)
    default:
      return { do: 'stayAlone', error }
  }
}

/** What a process learnt when it dialled the address it listens on. */
export type Verdict = 'mine' | 'other' | 'unsure'

/** @param hasName false when the socket file is not ours any more */
export function afterCallingSelf(outcome: DialOutcome, ownPid: string, hasName: boolean): Verdict {
  if (outcome.kind === 'done') return outcome.peer.pid === ownPid ? 'mine' : 'other'
  if (!hasName) return 'other'
  // Our own server refuses nobody with our cookie and name, unless there is a crowd at its door.
  const crowd = 'error' in outcome && outcome.error instanceof IpemError && outcome.error.code === 'ERR_IPEM_TOO_MANY'
  return (outcome.kind === 'refuse' || outcome.kind === 'refused') && !crowd ? 'other' : 'unsure'
}

/** `delayReconnect` and 0–20 % on top. */
export function jittered(delayReconnect: number, random: Random): number {
  return Math.max(MIN_DELAY_MS, delayReconnect) * (1 + JITTER * random())
}

function later({ delayReconnect }: Situation, random: Random, warning?: Error): Action {
  return { do: 'dial', afterMs: jittered(delayReconnect, random), quick: false, ...(warning && { warning }) }
}

function soon(situation: Situation, random: Random, warning?: Error): Action {
  const { quickTries } = situation
  if (quickTries >= MAX_QUICK_TRIES) return later(situation, random, warning)
  return { do: 'dial', afterMs: random() * Math.min(MAX_QUICK_MS, QUICK_STEP_MS * (quickTries + 1)), quick: true }
}
