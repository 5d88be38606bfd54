// How this process comes by a parent: the link it inherited, else `process.send`, else a socket; where there is
// none it is the grand master. Also what happens when the parent is lost.

import { clusterModule } from '../cluster-module.js'
import { IpemError } from '../errors.js'
import { loadCookie } from '../join/cookie.js'
import { Rendezvous } from '../join/rendezvous.js'
import type { LinkCloseReason } from '../link/link.js'
import { type IpcChannel, ProcessLink } from '../link/process-link.js'
import { StreamLink } from '../link/stream-link.js'
import type { Attachment } from '../bus/attachment.js'
import { takeInherited } from './inherited.js'
import type { Runtime } from './runtime.js'

/** A parent that did not fork us through ipem gets so long to answer. */
const ADOPTION_MS = 500

/** What joining asks of the process around it. */
export interface JoiningOwner {
  /** This process was forked by an ipem parent: a terminal's SIGINT is the parent's to handle. */
  onInherited(): void
  /** The parent is gone and `orphan` says to leave: stop the children in order, then exit. */
  leave(): void
}

export class Joining {
  readonly #runtime: Runtime
  readonly #owner: JoiningOwner
  #rendezvous: Rendezvous | null = null
  /** The link by which we came, as long as it is the one that counts. */
  #way: 'inherited' | 'process' | 'socket' | 'none' = 'none'
  #adoption: NodeJS.Timeout | null = null
  #parent: Attachment | null = null
  #disconnectListener: (() => void) | null = null

  constructor(runtime: Runtime, owner: JoiningOwner) {
    this.#runtime = runtime
    this.#owner = owner
  }

  /** Asynchronous in any case: `ready` never comes before `start()` has returned. */
  start(): void {
    const inherited = takeInherited()
    if (inherited === 'taken') {
      const text = 'Another copy of ipem in this process holds the link to the parent; make sure that only one is installed'
      this.#runtime.faults.fault(new IpemError('ERR_IPEM_DUPLICATE_COPY', text))
      return
    }
    if (inherited !== 'none') {
      this.#way = 'inherited'
      this.#owner.onInherited()
      const link = new StreamLink(inherited.socket, 'pipe', this.#runtime.linkLimits)
      this.#parent = this.#runtime.attachParent(link, clusterModule().isWorker ? 'worker' : 'fork', false)
      if (clusterModule().isWorker) this.#letGoOnDisconnect()
    } else if (process.send !== undefined && process.connected) this.#askForAdoption()
    else process.nextTick(() => this.#meet())
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
    const { link } = this.#parent.neighbour
    link.flushSync(deadlineMs)
    link.receiveSync(() => this.#runtime.open)
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
    if (way === 'process' && !this.#runtime.ready) {
      this.#endAdoption()
      this.#meet()
      return
    }
    if (refusal !== null) this.#runtime.faults.fault(refusal)
    // A parent that lives and has let us go (a disconnect) leaves us to ourselves; a dead one takes us along.
    const letGo = way === 'process' && reason.kind === 'end' && process.ppid === this.#parentOsPid
    if (letGo || this.#lettingGo) this.#runtime.becomeGrandMaster()
    else if (this.#runtime.options.orphan === 'rejoin') this.#meet()
    else this.#owner.leave()
  }
  readonly #parentOsPid = process.ppid
  #lettingGo = false

  async close(): Promise<void> {
    this.#endAdoption()
    if (this.#disconnectListener !== null) process.off('disconnect', this.#disconnectListener)
    await this.#rendezvous?.close()
  }

  ref(): void {
    this.#rendezvous?.ref()
  }

  unref(): void {
    this.#rendezvous?.unref()
  }

  #askForAdoption(): void {
    this.#way = 'process'
    const link = new ProcessLink(process as IpcChannel, this.#runtime.linkLimits)
    const attachment = this.#runtime.attachParent(link, clusterModule().isWorker ? 'worker' : 'adopted', false)
    this.#parent = attachment
    // A parent without ipem never answers. Should it answer later after all, it finds that we have said goodbye.
    this.#adoption = setTimeout(() => {
      if (!attachment.live) void link.end(0)
    }, ADOPTION_MS)
  }

  #endAdoption(): void {
    if (this.#adoption !== null) clearTimeout(this.#adoption)
    this.#adoption = null
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

  /** `cluster.disconnect()` waits for the worker to have nothing open: flush and let go. */
  #letGoOnDisconnect(): void {
    this.#disconnectListener = () => {
      this.#lettingGo = true
      void this.#parent?.neighbour.link.end(this.#runtime.flushDeadlineMs)
    }
    process.once('disconnect', this.#disconnectListener)
  }
}
