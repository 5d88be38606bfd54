// A neighbour in the hands of the test: says whatever it is told to, and keeps what it is answered.

import { Attachment } from '../../src/bus/attachment.js'
import type { IpemError } from '../../src/errors.js'
import type { MemoryLink } from '../../src/link/memory-link.js'
import type { Routable } from '../../src/routing/router.js'
import { FrameKind, writeVarint } from '../../src/wire/frame.js'
import { decodeRefuse, decodeWelcome, encodeHello, encodeWelcome } from '../../src/wire/handshake.js'
import { encodeHeader, headerFrameBody, parseHeaderFrame, type WireHeader } from '../../src/wire/headers.js'
import { encodePayload } from '../../src/wire/payload.js'
import {
  decodeInterest,
  decodeTopology,
  encodeInterest,
  encodeTopology,
  type TopologyFrame,
} from '../../src/wire/tree-frames.js'
import { pidOf, type SimulatedProcess, type SimulatedTree } from './simulated-tree.js'

export interface Frame {
  readonly kind: FrameKind
  readonly body: Buffer
}

export class Attacker {
  readonly pid: string
  readonly frames: Frame[] = []
  closed = false
  readonly #link: MemoryLink

  private constructor(link: MemoryLink, pid: string) {
    this.#link = link
    this.pid = pid
    link.open({
      onFrame: (kind, bytes, start, end) => this.frames.push({ kind, body: Buffer.from(bytes.subarray(start, end)) }),
      onDrain: () => {},
      onStall: () => {},
      onMalformed: (error) => {
        throw error
      },
      onClose: () => {
        this.closed = true
      },
    })
  }

  /** Below the victim; it has said nothing yet. */
  static below(tree: SimulatedTree, victim: SimulatedProcess, pid = pidOf(666)): Attacker {
    const [ours, theirs] = tree.wire()
    tree.attach(victim, Attachment.child(victim, theirs, 'socket'))
    return new Attacker(ours, pid)
  }

  /** Above the victim, which has asked to join; it has not been answered yet. */
  static above(tree: SimulatedTree, victim: SimulatedProcess, pid = pidOf(666)): Attacker {
    const [ours, theirs] = tree.wire()
    tree.attach(victim, Attachment.parent(victim, theirs, 'socket', false))
    return new Attacker(ours, pid)
  }

  /** Joins as a good child does. */
  join(parent: SimulatedProcess): this {
    return this.hello().topology({ what: 'online', pids: [this.pid], process: this.info(this.pid), parent: parent.pid })
  }

  hello(pid = this.pid): this {
    const { osPid, host, title } = this.info(pid)
    return this.send(
      FrameKind.hello,
      encodeHello({ pid, name: 'sim', osPid, host, title, member: 'socket', role: 'child' }),
    )
  }

  welcome(...above: string[]): this {
    return this.send(FrameKind.welcome, encodeWelcome({ pid: this.pid, name: 'sim', way: [this.pid, ...above] }))
  }

  topology(frame: TopologyFrame): this {
    return this.send(FrameKind.topology, encodeTopology(frame))
  }

  interest(add: readonly string[], remove: readonly string[] = []): this {
    return this.send(FrameKind.interest, encodeInterest({ add, remove }))
  }

  header(id: number, header: Partial<WireHeader>): this {
    const whole: Routable = { type: 7, event: 'ev', pids: [this.pid], to: null, route: null, ...header }
    return this.send(FrameKind.header, headerFrameBody(id, encodeHeader(whole)))
  }

  event(id: number, ...args: unknown[]): this {
    const head = Buffer.alloc(16)
    const end = writeVarint(head, writeVarint(head, 0, id), 0)
    return this.send(FrameKind.event, Buffer.concat([head.subarray(0, end), encodePayload(args, 1_000_000)]))
  }

  send(kind: FrameKind, body: Uint8Array): this {
    this.#link.send(kind, body)
    return this
  }

  /** Reads nothing from now on. */
  deaf(): this {
    this.#link.pause()
    return this
  }

  /** Reads on. */
  hearing(): this {
    this.#link.resume()
    return this
  }

  leave(): void {
    this.#link.destroy()
  }

  info(pid: string) {
    return { pid, osPid: 1, host: 'evil', role: 'socket', title: 'evil' } as const
  }

  kinds(): string[] {
    const names = Object.entries(FrameKind)
    return this.frames.map(({ kind }) => names.find(([, value]) => value === kind)?.[0] ?? String(kind))
  }

  /** Why it was refused, if it was. */
  get refusal(): IpemError | undefined {
    const frame = this.frames.find(({ kind }) => kind === FrameKind.refuse)
    return frame && decodeRefuse(frame.body, 0, frame.body.length)
  }

  get way(): readonly string[] | undefined {
    const frame = this.frames.find(({ kind }) => kind === FrameKind.welcome)
    return frame && decodeWelcome(frame.body).way
  }

  headers(): WireHeader[] {
    return this.#bodies(FrameKind.header).map((body) => parseHeaderFrame(body, 0, body.length).header)
  }

  news(): TopologyFrame[] {
    return this.#bodies(FrameKind.topology).map((body) => decodeTopology(body, 0, body.length))
  }

  interests(): { add: readonly string[]; remove: readonly string[] }[] {
    return this.#bodies(FrameKind.interest).map((body) => decodeInterest(body, 0, body.length))
  }

  #bodies(wanted: FrameKind): Buffer[] {
    return this.frames.filter(({ kind }) => kind === wanted).map(({ body }) => body)
  }
}
