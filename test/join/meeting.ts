// A rendezvous in this process that writes down what it reports; several meet in one test.

import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IpemError } from '../../src/errors.js'
import { Rendezvous, type RendezvousInit } from '../../src/join/rendezvous.js'
import { type IpemOptions, normalizeOptions } from '../../src/options.js'
import type { PeerInfo } from '../../src/wire/handshake.js'

export const COOKIE = Buffer.from('a cookie that all of them know')

let members = 0
export function memberOf(name: string): PeerInfo {
  const pid = `${process.pid}-${String(++members).padStart(10, 'x')}`
  return { pid, name, osPid: process.pid, host: 'here', title: 'test', member: 'socket' }
}

export interface MeetingOptions extends IpemOptions {
  /** As if nobody had set where to meet. */
  readonly byDefault?: boolean
}

export class Meeting {
  readonly self: PeerInfo
  readonly rendezvous: Rendezvous
  /** What was reported, in order: `listening`, `joined <pid>`, `error <code>`, … */
  readonly events: string[] = []
  readonly errors: IpemError[] = []
  readonly warnings: string[] = []
  readonly rests: Buffer[] = []
  /** Those that were handed over, by pid. */
  readonly links = new Map<string, net.Socket>()
  onLinkLost: () => void = () => this.rendezvous.lost()

  constructor({ byDefault = false, ...given }: MeetingOptions, more: Partial<RendezvousInit> = {}) {
    const options = normalizeOptions(undefined, { handshakeTimeout: 2000, ...given })
    this.self = memberOf(options.name ?? 'app')
    const explicit = byDefault ? { port: false, socketPath: false, name: false } : options.explicit
    this.rendezvous = new Rendezvous({
      options: { ...options, explicit },
      self: this.self,
      cookie: () => COOKIE,
      onJoined: (socket, peer, rest) => {
        this.#keep('joined', socket, peer, rest)
        socket.on('close', () => this.onLinkLost())
      },
      onListening: () => this.events.push('listening'),
      onAccepted: (socket, peer, rest) => this.#keep('accepted', socket, peer, rest),
      onStandalone: () => this.events.push('standalone'),
      onYield: () => this.events.push('yield'),
      onWarning: (text) => {
        this.events.push('warning')
        this.warnings.push(text)
      },
      onError: (error) => {
        this.events.push(`error ${error.code}`)
        this.errors.push(error)
      },
      ...more,
    })
  }

  start(): this {
    this.rendezvous.start()
    return this
  }

  async until(event: string, times = 1): Promise<void> {
    const seen = (): number => this.events.filter((each) => each === event).length
    await until(
      () => `${times} × ${event}, so far ${this.events}`,
      () => seen() >= times,
    )
  }

  async end(): Promise<void> {
    await this.rendezvous.close()
    for (const socket of this.links.values()) socket.destroy()
  }

  #keep(event: string, socket: net.Socket, { pid }: PeerInfo, rest: Buffer): void {
    this.events.push(`${event} ${pid}`)
    this.rests.push(rest)
    this.links.set(pid, socket.on('error', () => {}).resume())
  }
}

/** Waits for what must come true; says what it waited for where it does not. */
export async function until(what: string | (() => string), holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${deadlineMs} ms for: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(2)
  }
}

/** Meetings that end with the test. */
export function meetings(t: TestContext): (options: MeetingOptions, more?: Partial<RendezvousInit>) => Meeting {
  return (options, more) => {
    const meeting = new Meeting(options, more)
    t.after(() => meeting.end())
    return meeting
  }
}

/** A folder that ends with the test. */
export function folderOf(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A server that is no ipem, at a port or a path; ends with the test. */
export async function stranger(
  t: TestContext,
  at: number | string,
  greet: (socket: net.Socket) => void,
): Promise<net.Server> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    greet(socket)
  })
  if (typeof at === 'string') server.listen(at)
  else server.listen(at, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return server
}
