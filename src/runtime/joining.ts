// How this process comes by a parent: the link it inherited, else `process.send`, else a socket; where there is
// none it is the grand master. Also what happens when the parent is lost.

import { clusterModule } from '../builtin-modules.js'
import type { Attachment } from '../bus/attachment.js'
import { IpemError } from '../errors.js'
import { loadCookie } from '../join/cookie.js'
import { Rendezvous } from '../join/rendezvous.js'
import type { LinkCloseReason } from '../link/link.js'
import { type IpcChannel, ProcessLink } from '../link/process-link.js'
import { StreamLink } from '../link/stream-link.js'
import { claimLink, type Inherited, isLinkClaimed, releaseLink, takeInherited } from './inherited.js'
import type { Runtime } from './runtime.js'

/** A parent that did not fork us through ipem gets so long to answer. */
const ADOPTION_MS = 500

/** A process that dies closes its channel before its children are given another parent. */
const DEATH_MS = 250

/** What joining asks of the process around it. */
export interface JoiningOwner {
  /** This process was forked by an ipem parent: a terminal's SIGINT is the parent's to handle. */
  onInherited(): void
  /** The parent is gone and `orphan` says to leave: stop the children in order, then exit. */
  leave(): void
  /** The channel of this cluster worker was closed on purpose: it is to end, and nothing of ours may keep it. */
  letGo(): void
}

export class Joining {
  readonly #runtime: Runtime
  readonly #owner: JoiningOwner
  #rendezvous: Rendezvous | null = null
  /** Also for a rendezvous that begins later. */
  #keepsAlive = true
  /** The link by which we came, as long as it is the one that counts. */
  #way: 'inherited' | 'process' | 'socket' | 'none' = 'none'
  /** While it is not clear whether there is a parent. */
  #timer: NodeJS.Timeout | null = null
  /** No other ipem of this process may have the link to the parent. */
  #claimed = false
  #parent: Attachment | null = null
  #disconnectListener: (() => void) | null = null

  constructor(runtime: Runtime, owner: JoiningOwner) {
    this.#runtime = runtime
    this.#owner = owner
  }

  /** Asynchronous in any case: `ready` never comes before `start()` has returned. */
  start(): void {
    const inherited = takeInherited()
    if (process.connected && clusterModule().isWorker) this.#heedDisconnect()
    if (inherited === null && process.connected !== true && !isLinkClaimed()) {
      process.nextTick(() => this.#meet())
      return
    }
    this.#claimed = claimLink()
    if (!this.#claimed) this.#timer = setTimeout(() => this.#comeSecond(), 2 * ADOPTION_MS)
    else if (inherited === null) this.#askForAdoption()
    else this.#inherit(inherited)
  }

  /** Where others can join, if this process listens. */
  address(): ReturnType<Rendezvous['address']> {
    return this.#rendezvous?.address() ?? null
  }

  /**
   * At an exit before `ready`: the parent that forked us answers soon, so that what is held can still go out. Whoever
   * would have to look for one has none in time.
   */
  joinAtExit(deadlineMs: number): void {
    if (this.#way !== 'inherited' || this.#parent === null) return
    this.#parent.neighbour.link.receiveSync(deadlineMs, () => this.#runtime.open)
  }

  /** Called by the runtime when the parent's link has ended. */
  onParentLost(reason: LinkCloseReason, refusal: IpemError | null): void {
    this.#parent = null
    if (this.#runtime.closing) return
    const way = this.#way
    this.#way = 'none'
    if (way === 'socket') {
      this.#rendezvous?.lost(refusal ?? undefined)
      return
    }
    this.#release()
    if (refusal !== null) this.#runtime.faults.fault(refusal)
    if (way === 'process' && !this.#runtime.ready) this.#meet()
    else if (this.#lettingGo) this.#runtime.becomeGrandMaster()
    else if (way === 'inherited' || reason.kind === 'error') this.#beOrphan()
    else if (reason.kind === 'end') this.#timer = setTimeout(() => this.#afterDisconnect(), DEATH_MS)
    else this.#afterGoodbye()
  }
  readonly #parentOsPid = process.ppid
  #lettingGo = false

  async close(): Promise<void> {
    this.#release()
    if (this.#disconnectListener !== null) process.off('disconnect', this.#disconnectListener)
    await this.#rendezvous?.close()
  }

  ref(): void {
    this.#keepsAlive = true
    this.#rendezvous?.ref()
  }

  unref(): void {
    this.#keepsAlive = false
    this.#rendezvous?.unref()
  }

  #inherit({ socket, inlet, beatMs }: Inherited): void {
    this.#way = 'inherited'
    this.#owner.onInherited()
    const link = new StreamLink(socket, 'pipe', this.#runtime.linkLimits, null, inlet)
    this.#parent = this.#runtime.attachParent(link, clusterModule().isWorker ? 'worker' : 'fork', false)
    if (beatMs > 0) this.#parent.beat(beatMs)
  }

  #askForAdoption(): void {
    this.#way = 'process'
    const link = new ProcessLink(process as IpcChannel, this.#runtime.linkLimits)
    const attachment = this.#runtime.attachParent(link, 'adopted', false)
    this.#parent = attachment
    // A parent without ipem never answers. Should it answer later after all, it finds that we have said goodbye.
    this.#timer = setTimeout(() => {
      if (!attachment.live) void link.end(0)
    }, ADOPTION_MS)
  }

  /** Another ipem of this process was first: it has a parent by now, or there is none to have. */
  #comeSecond(): void {
    if (!isLinkClaimed()) {
      this.#meet()
      return
    }
    const text = 'Another ipem in this process holds the link to the parent; is the package installed twice?'
    this.#runtime.faults.fault(new IpemError('ERR_IPEM_DUPLICATE_COPY', text))
  }

  /** The channel has ended: a dead parent takes us along, one that lives has let us go. */
  #afterDisconnect(): void {
    if (process.ppid === this.#parentOsPid) this.#runtime.becomeGrandMaster()
    else this.#beOrphan()
  }

  /** The parent that adopted us has closed its ipem: this process was not made by it and is not its to end. */
  #afterGoodbye(): void {
    if (this.#runtime.options.orphan === 'rejoin') this.#meet()
    else this.#runtime.becomeGrandMaster()
  }

  #beOrphan(): void {
    if (this.#runtime.options.orphan === 'rejoin') this.#meet()
    else this.#owner.leave()
  }

  /** The way up by pipe or `process.send` is over, or there was none. */
  #release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#claimed) releaseLink()
    this.#claimed = false
  }

  /** Meets others at the socket, or is alone. */
  #meet(): void {
    const runtime = this.#runtime
    const { options } = runtime
    if (runtime.closing) return
    if (!options.useSocket) {
      runtime.becomeGrandMaster()
      return
    }
    this.#rendezvous = new Rendezvous({
      options,
      self: runtime.identity(),
      cookie: () => loadCookie(options.socket.cookie),
      onJoined: (socket, _peer, rest) => {
        this.#way = 'socket'
        const link = new StreamLink(socket, 'socket', runtime.linkLimits, rest)
        this.#parent = runtime.attachParent(link, 'socket', true)
        this.#watch(this.#parent)
      },
      onAccepted: (socket, peer, rest) => {
        const link = new StreamLink(socket, 'socket', runtime.linkLimits, rest)
        this.#watch(runtime.attachChild(link, 'socket', peer))
      },
      onListening: () => runtime.becomeGrandMaster(),
      onStandalone: () => runtime.becomeGrandMaster(),
      // The grand master's place is given up when the one who won has welcomed us.
      onYield: () => {},
      onWarning: (text) => runtime.faults.warning(text, 'IPEM_SOCKET'),
      onError: (error) => runtime.faults.fault(error),
    })
    if (!this.#keepsAlive) this.#rendezvous.unref()
    this.#rendezvous.start()
  }

  #watch(attachment: Attachment): void {
    const { heartbeatMs, heartbeatMisses } = this.#runtime.options.socket
    if (heartbeatMs === 0) return
    attachment.watch(heartbeatMs, heartbeatMisses, () => {
      const { link, pid } = attachment.neighbour
      const text = `No sign of life from ${pid} for ${heartbeatMs * heartbeatMisses} ms`
      link.destroy(new IpemError('ERR_IPEM_TIMEOUT', text, { pid }))
    })
  }

  /** `cluster.disconnect()` waits until its workers have nothing open. */
  #heedDisconnect(): void {
    const { worker } = clusterModule()
    const rejoins = this.#runtime.options.orphan === 'rejoin'
    // Node ends a worker whose primary died, unless it believes that this was meant to be.
    // https://github.com/nodejs/node/blob/v20.x/lib/internal/cluster/child.js
    if (rejoins && worker !== undefined) worker.exitedAfterDisconnect = true
    const letGo = (): void => {
      if (process.ppid !== this.#parentOsPid) return
      this.#lettingGo = true
      this.#owner.letGo()
    }
    this.#disconnectListener = () => (rejoins ? void setTimeout(letGo, DEATH_MS).unref() : letGo())
    process.once('disconnect', this.#disconnectListener)
  }

  /** Takes no more part: neither waits for others nor looks for them. */
  async letGo(): Promise<void> {
    await this.#rendezvous?.close()
  }
}
