// A grand master and processes that joined it by a Unix socket, all of them ipems of this one process.

import { once } from 'node:events'
import path from 'node:path'
import { createIpem, type Ipem, type IpemOptions } from '../../src/index.js'
import type { AnyEvents } from '../../src/public-types.js'
import { COOKIE, temporaryFolder } from '../integration/puppets.js'

export type AnyIpem = Ipem<AnyEvents>

export class Family implements AsyncDisposable {
  readonly gm: AnyIpem
  readonly members: AnyIpem[] = []
  readonly options: IpemOptions
  readonly #temporary = temporaryFolder()

  constructor(options: IpemOptions = {}) {
    this.options = { ...options, socket: { socketPath: path.join(this.#temporary.folder, 'bus'), cookie: COOKIE } }
    this.gm = createIpem().options(this.options)
  }

  static async of(size: number, options: IpemOptions = {}): Promise<Family> {
    const family = new Family(options)
    await started(family.gm)
    for (let i = 0; i < size; i++) await family.join()
    return family
  }

  get first(): AnyIpem {
    return this.members[0] as AnyIpem
  }

  get second(): AnyIpem {
    return this.members[1] as AnyIpem
  }

  async join(options: IpemOptions = {}): Promise<AnyIpem> {
    const member = createIpem().options(this.options).options(options)
    this.members.push(member)
    const online = once(this.gm, 'online')
    await started(member)
    await online
    return member
  }

  /** All that was sent by now, anywhere in this family, has arrived. */
  async settled(): Promise<void> {
    for (const member of this.members) await this.gm.request(member.pid, 'settled').catch(() => {})
    for (const member of this.members) await member.request(this.gm.pid, 'settled').catch(() => {})
    for (const member of this.members) await this.gm.request(member.pid, 'settled').catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) await member.close()
    await this.gm.close()
    this.#temporary.remove()
  }
}

/** A grand master that nobody joins. */
export async function alone(options: IpemOptions = {}): Promise<AnyIpem> {
  return started(createIpem().options({ useSocket: false, ...options }))
}

export async function started<T extends AnyIpem>(ipem: T): Promise<T> {
  const ready = once(ipem, 'ready')
  ipem.start()
  await ready
  return ipem
}

/** Runs `action` and waits for `count` errors that nobody catches, in the order in which they come. */
export async function uncaught(count: number, action: () => unknown): Promise<unknown[]> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const errors: unknown[] = []
  try {
    await new Promise<void>((resolve) => {
      process.on('uncaughtException', (error) => {
        errors.push(error)
        if (errors.length === count) resolve()
      })
      action()
    })
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
  return errors
}
