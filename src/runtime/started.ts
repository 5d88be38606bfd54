// The composition of a started ipem: runtime, children, the way to a parent, signals, the exit handler.
// Owns the order in which they begin and end.

import { writeSync } from 'node:fs'
import type { Members } from '../bus/members.js'
import type { OwnTracks } from '../bus/own-tracks.js'
import type { IpemError } from '../errors.js'
import { ownAppName } from '../join/app-name.js'
import { flushAtExit } from '../link/exit-flush.js'
import type { Message } from '../message.js'
import type { ResolvedOptions } from '../options.js'
import type { ProcessInfo } from '../process-info.js'
import type { HandlerTable } from '../request/handler-table.js'
import { SchemaCheck } from '../schema-check.js'
import { Signals } from '../supervise/signals.js'
import { Children } from './children.js'
import { Directory } from './directory.js'
import { Faults } from './faults.js'
import { Joining } from './joining.js'
import { endLostRequests } from './lost-way.js'
import { Runtime } from './runtime.js'

/** How much of the grace it is under a process leaves to its own children. */
const SHARE_OF_GRACE = 0.8

/** What is left to those below one who lost its parent: nobody above would end them if this process were to hang. */
const ORPHAN_GRACE_MS = 500

export interface StartedOwner {
  listens(event: string): boolean
  onMessage(message: Message): void
  /** `ready`, `drain`, `error`: answers whether anybody listened. */
  emitOwn(event: string, args: readonly unknown[]): boolean
}

export class Started {
  readonly runtime: Runtime
  readonly children: Children
  readonly directory: Directory
  readonly schemas: SchemaCheck
  readonly #joining: Joining
  readonly #signals: Signals
  #closing: Promise<void> | null = null
  /** A signal takes this process down: no child is started any more. */
  #stopping = false
  /** Nothing new begins in an `exit` handler. */
  #exiting = false
  #referenced = true

  constructor(info: ProcessInfo, options: ResolvedOptions, handlers: HandlerTable, owner: StartedOwner) {
    this.schemas = new SchemaCheck(options.schemas)
    const faults = new Faults((error) => owner.emitOwn('error', [error]))
    this.runtime = new Runtime(info, options.name ?? ownAppName(), options, handlers, faults, {
      listens: (event) => owner.listens(event),
      onMessage: (message) => this.#arrived(message, owner, faults),
      onReady: () => {
        if (!this.#exiting) owner.emitOwn('ready', [])
      },
      onDrain: () => void owner.emitOwn('drain', []),
    })
    this.directory = new Directory(this.runtime)
    this.#signals = new Signals({
      enabled: options.signals,
      stop: () => this.#stopBySignal(),
      kill: () => this.children.supervisor.killAll(),
    })
    this.children = new Children(this.runtime, (size) => this.#signals.watch(size > 0))
    this.#joining = new Joining(this.runtime, {
      onInherited: () => this.#signals.ignoreInterrupt(),
      leave: () => void this.#leave(),
      letGo: () => void this.#letGo(),
    })
    this.runtime.parts = {
      onReady: () => {
        this.children.onReady()
        // The socket was not there yet when `unref()` was called before `ready`.
        if (!this.#referenced) this.#joining.unref()
      },
      onWayLost: (kept, lost) => {
        const { requests, bus } = this.runtime
        void endLostRequests(requests, bus.members, this.directory, kept, lost)
      },
      onParentLost: (reason, refusal) => {
        this.#signals.heedInterrupt()
        this.#joining.onParentLost(reason, refusal)
      },
      onChildOnline: (child) => this.children.onChildOnline(child),
      onChildLost: (child, reason) => this.children.onChildLost(child, reason),
    }
  }

  get members(): Members {
    return this.runtime.bus.members
  }

  get own(): OwnTracks {
    return this.runtime.bus.own
  }

  /** Not as soon as `close()` is called: who still gets messages may still answer them. */
  get closed(): boolean {
    return this.runtime.closed
  }

  get closing(): boolean {
    return this.#closing !== null || this.#stopping
  }

  get childsOnline(): number {
    let online = 0
    for (const { online: announced, link } of this.members.children) if (announced && !link.closed) online++
    return online
  }

  begin(): void {
    process.on('exit', this.#onExit)
    this.children.adoptByThemselves()
    this.#joining.start()
  }

  address(): ReturnType<Joining['address']> {
    return this.#joining.address()
  }

  flush(): Promise<void> {
    return this.runtime.flush()
  }

  /** Idempotent. Children first, as they may still have something to say; then goodbye to everybody. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced
    this.runtime.setReferenced(referenced)
    if (referenced) this.children.supervisor.ref()
    else this.children.supervisor.unref()
    if (referenced) this.#joining.ref()
    else this.#joining.unref()
  }

  async #close(): Promise<void> {
    await this.runtime.beginClose()
    await this.children.close()
    await this.#joining.close()
    await this.runtime.endLinks()
    this.#signals.close()
    process.off('exit', this.#onExit)
  }

  /** Dying of a signal runs no `exit` listener, so what was sent has to leave before. */
  async #stopBySignal(): Promise<void> {
    this.#stopping = true
    await this.children.supervisor.stopAll(this.#stopDeadlineMs())
    await this.runtime.endLinks()
  }

  /**
   * Whoever has a parent is itself under that one's grace: deeper levels get less, so that a tree always goes
   * down from below. Without a parent there is no deadline but each child's own.
   */
  #stopDeadlineMs(): number | undefined {
    const depth = this.members.way.length
    return depth === 0 ? undefined : this.runtime.options.stopTimeout * SHARE_OF_GRACE ** depth
  }

  /** The parent is gone: whoever is below goes first. */
  async #leave(): Promise<void> {
    this.#stopping = true
    await this.children.supervisor.stopAll(ORPHAN_GRACE_MS)
    // As a cluster worker whose primary died: a success, unless the program said otherwise.
    process.exit()
  }

  /** As `close()`, but what is sent from now on goes nowhere instead of throwing: nobody here asked for an end. */
  async #letGo(): Promise<void> {
    await this.children.supervisor.stopAll(this.#stopDeadlineMs())
    await this.#joining.letGo()
    await this.runtime.letGo()
  }

  #arrived(message: Message, owner: StartedOwner, faults: Faults): void {
    const { event, args, from } = message
    const error: IpemError | null = this.schemas.active ? this.schemas.check(event, args, from) : null
    if (error === null) owner.onMessage(message)
    else faults.loss(error)
  }

  /** What was sent before `process.exit()` arrives: the event loop is over, so it is written here. */
  readonly #onExit = (): void => {
    const { runtime } = this
    const deadline = performance.now() + runtime.flushDeadlineMs
    const leftMs = (): number => Math.max(0, deadline - performance.now())
    this.#exiting = true
    runtime.finishReady()
    if (!runtime.open) this.#joining.joinAtExit(leftMs())
    const lost = runtime.heldCount + flushAtExit(runtime.links(), leftMs())
    // The socket file goes with its server; nobody would remove it later.
    void this.#joining.close()
    if (lost > 0)
      tryToSay(`ipem: ${lost} frame${lost === 1 ? '' : 's'} could not be sent before the exit of ${process.pid}\n`)
  }
}

function tryToSay(text: string): void {
  try {
    writeSync(2, text)
  } catch {
    // Nobody reads our errors any more; there is nobody left to tell.
  }
}
