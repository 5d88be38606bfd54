// What a rendezvous is given and what it reports.

import type { AddressInfo, Socket } from 'node:net'
import type { IpemError } from '../errors.js'
import type { ResolvedLimitOptions, ResolvedOptions } from '../options.js'
import type { PeerInfo } from '../wire/handshake.js'
import type { Random } from './rendezvous-policy.js'

export interface RendezvousOptions extends Pick<ResolvedOptions, 'socket' | 'handshakeTimeout' | 'explicit'> {
  readonly limits: Pick<ResolvedLimitOptions, 'maxUnauthenticated'>
}

/** Never called synchronously from `start`, `lost` or `close`, and never after `close`. */
export interface RendezvousCallbacks {
  /**
   * Joined: the one who listens has proved that it knows the cookie. The socket is paused and has no listeners, so it
   * MUST be taken over, and in the end resumed, before this returns; `rest` was read behind the handshake. What comes
   * next on it is the welcome or a refusal.
   */
  onJoined(socket: Socket, peer: PeerInfo, rest: Buffer): void
  /** This process listens and is the grand master of all who meet here. */
  onListening(address: AddressInfo | string): void
  /** A process has joined, proof included, and waits for its welcome. The socket is handed over as in `onJoined`. */
  onAccepted(socket: Socket, peer: PeerInfo, rest: Buffer): void
  /** There is nobody to join and no socket: this process is its own grand master, for good. */
  onStandalone(): void
  /** `onListening` holds no more, the server is closed; `onJoined` or again `onListening` follows. Joiners stay. */
  onYield(): void
  onWarning(text: string): void
  onError(error: IpemError): void
  /** Why a process that has proved itself cannot join here, or null. */
  accepts?(peer: PeerInfo): IpemError | null
}

export interface RendezvousInit extends RendezvousCallbacks {
  readonly options: RendezvousOptions
  readonly self: PeerInfo
  /** Called once, soon after the start. May throw ERR_IPEM_COOKIE. */
  readonly cookie: () => Buffer
  /** For tests. */
  readonly random?: Random
}
