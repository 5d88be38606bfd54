// What a worker and its master say over Node's own channel between them: everything that has a socket with it, which can
// travel no other way. All else goes over the bus. Messages whose `cmd` begins with NODE_ never reach the app's own
// `message` listeners; Node's cluster speaks that way too.

import type { NativeConnection, NativeListener } from './native-listener.js'

const CMD = 'NODE_IPEM_SERVE'

/** Where a server in a worker wants to listen, in the words of Node's cluster. */
export interface ListenQuery {
  readonly address: string | null
  readonly port: number
  /** -1 is a Unix socket. */
  readonly addressType: 4 | 6 | -1
  /** A descriptor of the master's that listens already. */
  readonly fd?: number
  readonly backlog: number | undefined
  /** One of the places of the configuration, by its key. */
  readonly key?: string
  /** The keys that other servers of this worker have. */
  readonly taken: readonly string[]
}

export type ToMaster =
  | { readonly act: 'listen'; readonly id: number; readonly query: ListenQuery }
  /** A connection that another worker should have: the one with the pid `to`, or the one that `client` belongs to. */
  | {
      readonly act: 'pass'
      readonly key: string
      readonly to?: string
      readonly client?: string
      /** What was read of it already, in base64. */
      readonly head?: string
    }
  /** Its server does not listen at it any more. */
  | { readonly act: 'closed'; readonly key: string }
  /** A listening socket that was sent, back. */
  | { readonly act: 'copy'; readonly key: string }
  | { readonly act: 'taken'; readonly id: number }
  /** It accepts no more, and wants to know when nothing more is on its way to it. */
  | { readonly act: 'leaving' }

export type ToWorker =
  | {
      readonly act: 'listen'
      readonly id: number
      readonly key: string
      readonly errno: number
      /** The master accepts, and sends connections. */
      readonly remote: boolean
      /** It wants a copy of the socket for that. */
      readonly copy: boolean
      /** It binds the same address again, by itself. */
      readonly reusePort: boolean
      readonly ipv6Only: boolean
    }
  | { readonly act: 'take'; readonly id: number; readonly key: string; readonly head?: string }
  /** Nothing comes after this. */
  | { readonly act: 'last' }

export type SentHandle = NativeListener | NativeConnection

/** The side of a ChildProcess or of `process` that is used. */
export interface Channel {
  readonly connected?: boolean
  send?(message: unknown, handle?: unknown, options?: object, callback?: (error: Error | null) => void): boolean
  on(event: 'internalMessage', listener: (message: unknown, handle: unknown) => void): unknown
  off(event: 'internalMessage', listener: (message: unknown, handle: unknown) => void): unknown
}

export class HandleChannel<Out extends object, In extends object> {
  readonly #channel: Channel
  readonly #onMessage: (message: unknown, handle: unknown) => void

  constructor(channel: Channel, receive: (message: In, handle: SentHandle | undefined) => void) {
    this.#channel = channel
    this.#onMessage = (message, handle) => {
      const { cmd, body } = message as { cmd?: unknown; body?: In }
      if (cmd === CMD && body !== undefined) receive(body, handle as SentHandle | undefined)
    }
    channel.on('internalMessage', this.#onMessage)
  }

  /** @returns false where there is nobody to send to any more: the handle is still the caller's */
  send(body: Out, handle?: SentHandle, onSent: (error: Error | null) => void = () => {}): boolean {
    if (this.#channel.send === undefined || this.#channel.connected === false) return false
    this.#channel.send({ cmd: CMD, body }, handle, {}, onSent)
    return true
  }

  close(): void {
    this.#channel.off('internalMessage', this.#onMessage)
  }
}
