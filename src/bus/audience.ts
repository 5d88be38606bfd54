// Who listens to what: this process, and what lies beyond each neighbour. Keeps both ends of each link equal
// by frames of names; what is counted and when it is told is decided in routing/interest.ts.

import { MAX_EVENT_BYTES } from '../message.js'
import { Interest } from '../routing/interest.js'
import { decodeInterest, encodeInterest } from '../wire/tree-frames.js'
import { Neighbour } from './neighbour.js'

/** The side of interest that is this process. */
const SELF = Symbol('self')
/** The side that is this process waiting for somebody. */
const WATCH = Symbol('watch')
type Side = Neighbour | typeof SELF | typeof WATCH

/** Bytes of names in one frame: it must fit where the largest payload is small. */
const MAX_NAME_BYTES = 32_768

export interface AudienceLimits {
  readonly maxInterestNames: number
  /** How long a vanished listener may come back before the neighbours are told, in ms. */
  readonly lateRemovalMs: number
}

export class Audience {
  readonly #interest: Interest<Side>
  readonly #lateRemovalMs: number
  readonly #send: (to: Neighbour, body: Uint8Array) => void
  #watching = false
  #watchEnd: NodeJS.Timeout | null = null

  constructor(limits: AudienceLimits, send: (to: Neighbour, body: Uint8Array) => void) {
    this.#lateRemovalMs = limits.lateRemovalMs
    this.#send = send
    this.#interest = new Interest<Side>(limits.maxInterestNames, {
      tell: (link, add, remove) => this.#tell(link as Neighbour, add, remove),
      defer: (callback) => void setTimeout(callback, limits.lateRemovalMs).unref(),
    })
  }

  /** Changes whenever a link may want something else. */
  get version(): number {
    return this.#interest.version
  }

  stamp(event: string): number {
    return this.#interest.stamp(event)
  }

  wants(link: Neighbour, event: string): boolean {
    return this.#interest.wants(link, event)
  }

  *listening(event: string): Iterable<Neighbour> {
    for (const side of this.#interest.sides(event)) if (side instanceof Neighbour) yield side
  }

  connect(link: Neighbour): void {
    this.#interest.connect(link)
  }

  disconnect(link: Neighbour): void {
    this.#interest.disconnect(link)
  }

  /** Listeners of this process. */
  setListening(event: string, listening: boolean): void {
    // Nobody can send such an event, and a neighbour would take its name for an attack.
    if (event === '' || Buffer.byteLength(event) > MAX_EVENT_BYTES) return
    if (listening) this.#interest.add(SELF, event)
    else this.#interest.remove(SELF, event)
  }

  /** While watching, every `offline` in the tree is reported here, listeners or not. */
  setWatching(watching: boolean): void {
    this.#watching = watching
    if (watching) this.#interest.add(WATCH, 'offline')
    else this.#watchEnd ??= setTimeout(() => this.#stopWatching(), this.#lateRemovalMs).unref()
  }

  /** @throws ERR_IPEM_PROTOCOL */
  onFrame(from: Neighbour, bytes: Buffer, start: number, end: number): void {
    const { add, remove } = decodeInterest(bytes, start, end)
    for (const name of add) this.#interest.add(from, name)
    for (const name of remove) this.#interest.remove(from, name)
  }

  /** Late, so that a process which asks again and again does not change its interest each time. */
  #stopWatching(): void {
    this.#watchEnd = null
    if (!this.#watching) this.#interest.remove(WATCH, 'offline')
  }

  #tell(link: Neighbour, add: readonly string[], remove: readonly string[]): void {
    for (const names of inFrames(add)) this.#send(link, encodeInterest({ add: names, remove: [] }))
    for (const names of inFrames(remove)) this.#send(link, encodeInterest({ add: [], remove: names }))
  }
}

function* inFrames(names: readonly string[]): Iterable<readonly string[]> {
  let first = 0
  let bytes = 0
  for (let next = 0; next < names.length; next++) {
    bytes += Buffer.byteLength(names[next] as string)
    if (bytes < MAX_NAME_BYTES) continue
    yield names.slice(first, next + 1)
    first = next + 1
    bytes = 0
  }
  if (first < names.length) yield names.slice(first)
}
