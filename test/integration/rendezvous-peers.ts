// Real processes at a meeting place, and what they tell of themselves.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { uniqueBeside } from '../../src/join/socket-file.js'
import type { IpemOptions } from '../../src/options.js'
import type { PeerInfo } from '../../src/wire/handshake.js'
import { until } from '../join/meeting.js'

export const sources = new URL('../../src/', import.meta.url).href
const fixture = fixturePath('rendezvous-peer.js')

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/${name}`, import.meta.url))
}

function infoOf(index: number, osPid: number): PeerInfo {
  const pid = `${osPid}-${String(index).padStart(10, 'x')}`
  return { pid, name: 'app', osPid, host: 'here', title: `peer ${index}`, member: 'socket' }
}

/** How a process of the fixture comes into being. */
export type Spawn = (script: string, args: string[]) => ChildProcess

const spawnFork: Spawn = (script, args) => fork(script, args, { execArgv: [] })

export class Peer {
  readonly process: ChildProcess
  readonly info: PeerInfo
  readonly events: [event: string, what: unknown][] = []
  state: 'closed' | 'listening' | 'joined' | 'searching' | 'alone' | 'dead' = 'closed'
  /** Where it joined last. */
  parent: string | null = null

  constructor(index: number, spawn: Spawn) {
    this.process = spawn(fixture, [sources])
    this.info = infoOf(index, this.process.pid as number)
    this.process.on('message', ([event, what]: [string, unknown]) => this.#onEvent(event, what))
    this.process.on('exit', () => {
      this.state = 'dead'
    })
  }

  start(options: IpemOptions): void {
    this.state = 'searching'
    this.process.send({ options, self: this.info })
  }

  close(): void {
    this.process.send({})
  }

  async kill(): Promise<void> {
    if (this.state === 'dead') return
    const gone = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await gone
  }

  told(event: string): unknown[] {
    return this.events.filter(([name]) => name === event).map(([, what]) => what)
  }

  #onEvent(event: string, what: unknown): void {
    this.events.push([event, what])
    if (event === 'onListening') this.state = 'listening'
    if (event === 'onStandalone') this.state = 'alone'
    if (event === 'closed') this.state = 'closed'
    if (event === 'onYield') this.state = 'searching'
    if (event === 'onJoined') this.state = 'joined'
    if (event === 'onJoined') this.parent = what as string
  }
}

/** Runs with so many processes that are up and wait; ends them all. */
export async function withPeers(
  count: number,
  run: (peers: Peer[]) => Promise<void>,
  spawn: Spawn = spawnFork,
): Promise<void> {
  const peers = Array.from({ length: count }, (_, index) => new Peer(index, spawn))
  try {
    await until('every process is up', () => peers.every((peer) => peer.told('up').length > 0))
    await run(peers)
  } finally {
    await Promise.all(peers.map((peer) => peer.kill()))
  }
}

/** One listens, all others that live have joined it, or one that gave way to it and kept its joiners. */
function isOneTree(peers: readonly Peer[]): boolean {
  const alive = peers.filter(({ state }) => state !== 'dead' && state !== 'closed')
  const reaches = (peer: Peer | undefined, master: Peer, hops = 0): boolean =>
    peer === master ||
    (peer?.state === 'joined' &&
      hops < alive.length &&
      reaches(
        alive.find(({ info }) => info.pid === peer.parent),
        master,
        hops + 1,
      ))
  const [master, ...more] = alive.filter(({ state }) => state === 'listening')
  return master !== undefined && more.length === 0 && alive.every((peer) => reaches(peer, master))
}

export async function untilOneTree(peers: readonly Peer[]): Promise<Peer> {
  const places = (): string => peers.map(({ info, state, parent }) => `${info.pid} ${state} ${parent}`).join(', ')
  await until(
    () => `one that listens and all others joined. ${places()}`,
    () => isOneTree(peers),
    20_000,
  )
  return peers.find((peer) => peer.state === 'listening') as Peer
}

/** The one that listens last, so that nobody is elected again; it removes its file. */
export async function closeAll(peers: readonly Peer[]): Promise<void> {
  const alive = peers.filter(({ state }) => state !== 'dead')
  const master = alive.find(({ state }) => state === 'listening')
  for (const some of [alive.filter((peer) => peer !== master), master ? [master] : []]) {
    for (const peer of some) peer.close()
    await until('they are closed', () => some.every(({ state }) => state === 'closed'))
  }
}

export async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-'))
  try {
    await run(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** A socket file as a killed process leaves it. */
export async function leaveStaleSocket(file: string): Promise<void> {
  const own = uniqueBeside(file)
  const server = net.createServer().listen(own)
  await once(server, 'listening')
  fs.renameSync(own, file)
  server.close()
  await once(server, 'close')
}
