// Memory is bounded: who is not read while somebody else is full, and who is told what was refused.
// In a tree this cannot deadlock: along any way the last link is read by a process that only consumes.

import { IpemError } from '../errors.js'
import type { Neighbour } from './neighbour.js'
import type { Track } from './track.js'

/** `count` 1 says that refusing began; a larger one how many were refused until it ended. */
export type TellRefused = (track: Track, error: IpemError) => void

export class Flow {
  readonly #hardLimit: number
  readonly #tell: TellRefused

  constructor(hardLimit: number, tell: TellRefused) {
    this.#hardLimit = hardLimit
    this.#tell = tell
  }

  /** May `bytes` more be queued? An empty queue always takes one message, however large. */
  admits(to: Neighbour, bytes: number): boolean {
    if (!to.link.needDrain) return true
    const queued = to.link.queuedBytes
    return queued === 0 || queued + bytes <= this.#hardLimit
  }

  /** After `from` fed `to`: a full link that still moves holds back those who feed it. */
  fed(to: Neighbour, from: Neighbour): void {
    if (!to.link.needDrain || to.link.stalled || to.holding.has(from)) return
    to.holding.add(from)
    from.heldBy.add(to)
    if (from.heldBy.size === 1) from.link.pause()
  }

  /** `full` drained, stalled or closed: it holds nobody back any more. */
  release(full: Neighbour): void {
    for (const from of full.holding) {
      from.heldBy.delete(full)
      if (from.heldBy.size === 0 && !from.link.closed) from.link.resume()
    }
    full.holding.clear()
  }

  /** A message for `to` was refused: its origin is told at once, and once more with the count at the end. */
  refuse(to: Neighbour, track: Track): void {
    const known = to.refused.get(track.from)
    if (known !== undefined) {
      known.count++
      return
    }
    to.refused.set(track.from, { track, count: 1 })
    this.#tell(track, overflow(to, track, 1, false))
  }

  /** The link has drained or closed: tells each origin how many of its messages were refused in all. */
  settle(to: Neighbour): void {
    for (const { track, count } of to.refused.values()) this.#tell(track, overflow(to, track, count, true))
    to.refused.clear()
  }

  /** A link that is gone holds nobody and is held by nobody. */
  forget(gone: Neighbour): void {
    this.release(gone)
    for (const full of gone.heldBy) full.holding.delete(gone)
    gone.heldBy.clear()
  }
}

function overflow(to: Neighbour, track: Track, count: number, ended: boolean): IpemError {
  const text = ended
    ? `${count} message${count === 1 ? ' was' : 's were'} refused while the queue to ${to.pid} was full`
    : `The queue to ${to.pid} is full and does not move: messages are refused from '${track.header.event}' on`
  return new IpemError('ERR_IPEM_OVERFLOW', text, { pid: to.pid, count, ended })
}
