// Memory is bounded: who is not read while somebody else is full, and who is told what was refused.
// In a tree this cannot deadlock: along any way the last link is read by a process that only consumes.

import { IpemError } from '../errors.js'
import type { Neighbour } from './neighbour.js'
import type { Track } from './track.js'

/** `payload`: the encoded arguments of the message, the first time that one of its origin is refused. */
export type TellRefused = (track: Track, error: IpemError, payload: Buffer | null) => void

/** Room for answers and notices beyond the hard limit of a link. */
const REPLY_BYTES = 1_048_576

export class Flow {
  readonly #hardLimit: number
  readonly #tell: TellRefused
  #full = 0

  constructor(hardLimit: number, tell: TellRefused) {
    this.#hardLimit = hardLimit
    this.#tell = tell
  }

  /** Whether a link is over its high-water mark and still moves. One that has stopped holds nobody back. */
  get full(): boolean {
    return this.#full > 0
  }

  /**
   * May `bytes` more be queued? An empty queue always takes one message, however large, and there is a little room
   * more for answers and notices: who is waited for, or tells of what was refused, should get through.
   */
  admits(to: Neighbour, bytes: number, track: Track): boolean {
    if (!to.link.needDrain) return true
    const queued = to.link.queuedBytes
    return queued === 0 || queued + bytes <= this.#hardLimit + (track.isReply ? REPLY_BYTES : 0)
  }

  /** After `from` (null: this process) fed `to`: a full link that still moves holds back those who feed it. */
  fed(to: Neighbour, from: Neighbour | null): void {
    if (!to.link.needDrain || to.link.stalled) return
    if (!to.full) {
      to.full = true
      this.#full++
    }
    if (from === null || to.holding?.has(from)) return
    to.holding ??= new Set()
    to.holding.add(from)
    from.heldBy ??= new Set()
    from.heldBy.add(to)
    if (from.heldBy.size === 1) from.link.pause()
  }

  /** `to` drained, stalled or closed: it holds nobody back any more. Answers whether it was the last full one. */
  release(to: Neighbour): boolean {
    const { holding } = to
    to.holding = null
    for (const from of holding ?? []) {
      from.heldBy?.delete(to)
      if (from.heldBy?.size === 0 && !from.link.closed) from.link.resume()
    }
    if (!to.full) return false
    to.full = false
    this.#full--
    return this.#full === 0
  }

  /** A message for `to` was refused: its origin is told at once, and once more with the count at the end. */
  refuse(to: Neighbour, track: Track, payload: Buffer): void {
    to.refused ??= new Map()
    const known = to.refused.get(track.from)
    if (known !== undefined) {
      known.count++
      return
    }
    to.refused.set(track.from, { track, count: 1 })
    this.#tell(track, overflow(to, track, 1, false), payload)
  }

  /** The link has drained or closed: tells each origin how many of its messages were refused in all. */
  settle(to: Neighbour): void {
    const { refused } = to
    to.refused = null
    for (const { track, count } of refused?.values() ?? []) this.#tell(track, overflow(to, track, count, true), null)
  }

  /** A link that is gone is held by nobody. */
  forget(gone: Neighbour): void {
    for (const full of gone.heldBy ?? []) full.holding?.delete(gone)
    gone.heldBy = null
  }
}

function overflow(to: Neighbour, track: Track, count: number, ended: boolean): IpemError {
  const text = ended
    ? `${count} message${count === 1 ? ' was' : 's were'} refused while the queue to ${to.pid} was full`
    : `The queue to ${to.pid} is full: messages are refused from '${track.header.event}' on`
  return new IpemError('ERR_IPEM_OVERFLOW', text, { pid: to.pid, count, ended })
}
