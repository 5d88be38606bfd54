// What to do next when processes meet at an address: pure decisions over what a dial or a bind came to.

import { IpemError } from '../errors.js'
import { describeAddress, type SocketAddress } from './address.js'
import type { DialOutcome } from './dial.js'
import type { SocketIdentity } from './socket-file.js'

/** Failed tries in a row that may follow each other at once. A race is over after two or three. */
export const MAX_QUICK_TRIES = 20
/** After so many the one who is there, and never says who it is, is taken for a stranger. */
export const MAX_TRIES = 23
const QUICK_STEP_MS = 5
const MAX_QUICK_MS = 50
/** Where `delayReconnect` is 0: never a loop without a pause. */
const MIN_DELAY_MS = 10
const JITTER = 0.2

export interface Situation {
  readonly onlyConnect: boolean
  readonly delayReconnect: number
  /** Tries that failed in a row, as far as they count. */
  readonly tries: number
  /** This process has been in a tree at this address before, so it is not somebody else's. */
  readonly proven: boolean
}

export type Action =
  | { readonly do: 'listen'; readonly stale: SocketIdentity }
  /** `counts`: it is one more failed try in a row; otherwise they are forgotten. */
  | { readonly do: 'dial'; readonly afterMs: number; readonly counts: boolean; readonly warning?: Error }
  /** Stay without a socket. */
  | { readonly do: 'stayAlone'; readonly error: IpemError }

/** A number from 0 up to and without 1. */
export type Random = () => number

type Dialling = Extract<Action, { do: 'dial' }>

/** Every outcome of a dial but the one that joins. */
export type Setback = Exclude<DialOutcome, { kind: 'done' }>

export function afterDial(outcome: Setback, situation: Situation, random: Random): Action {
  switch (outcome.kind) {
    case 'nobody':
      return situation.onlyConnect ? later(situation, random) : { do: 'listen', stale: outcome.stale }
    case 'broken':
      return givesUp(situation)
        ? { do: 'stayAlone', error: neverSpoke(outcome.error) }
        : soon(situation, random, outcome.error)
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
export function afterTaken(address: SocketAddress, situation: Situation, random: Random): Action {
  const where = describeAddress(address)
  const error = new IpemError(
    'ERR_IPEM_LISTEN',
    `Could not listen on ${where}: it is in use, and yet nobody answers there`,
  )
  return givesUp(situation) ? { do: 'stayAlone', error } : soon(situation, random, error)
}

/**
 * The link to the parent broke. Everybody who lost the same parent starts now: a short and different wait each, so
 * that one is first to listen and the others find it.
 *
 * @param joinedMs how long it lasted; one that breaks at once, again and again, is no better than no link
 */
export function afterLoss(joinedMs: number, situation: Situation, random: Random): Action {
  const counts = joinedMs < situation.delayReconnect
  if (counts && situation.tries >= MAX_QUICK_TRIES) return { ...later(situation, random), counts }
  return { do: 'dial', afterMs: random() * MAX_QUICK_MS, counts }
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
    // Somebody below us has lied perhaps, and is gone with its next one.
    case 'ERR_IPEM_PROTOCOL':
      return situation.proven ? later(situation, random, error) : { do: 'stayAlone', error }
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

function later({ delayReconnect }: Situation, random: Random, warning?: Error): Dialling {
  return { do: 'dial', afterMs: jittered(delayReconnect, random), counts: false, ...(warning && { warning }) }
}

function soon(situation: Situation, random: Random, warning: Error): Dialling {
  const { tries } = situation
  if (tries >= MAX_QUICK_TRIES) return { ...later(situation, random, warning), counts: true }
  return { do: 'dial', afterMs: random() * Math.min(MAX_QUICK_MS, QUICK_STEP_MS * (tries + 1)), counts: true }
}

/** A process that may only connect waits for as long as it takes: a proxy may hang up until there is somebody. */
function givesUp({ tries, proven, onlyConnect }: Situation): boolean {
  return tries >= MAX_TRIES && !proven && !onlyConnect
}

function neverSpoke(cause: Error): IpemError {
  return new IpemError('ERR_IPEM_HANDSHAKE', 'The other end closes every connection before the handshake is complete', {
    cause,
  })
}
