// Real processes that run functions of the test. Such a function is sent as text: it sees its arguments, `ipem` and
// what Node has, but nothing of the file in which it stands.

import path from 'node:path'
import type { IpemOptions, RequestMessage } from '../../src/index.js'
import type { AnyIpem } from './stage.js'

export const remoteFile = path.resolve('test', 'fixtures', 'remote.js')

// biome-ignore lint/suspicious/noExplicitAny: whatever a test keeps over there
export type State = Record<string, any>
// biome-ignore lint/suspicious/noExplicitAny: its arguments are those the test gives
export type RemoteFunction<T> = (this: RequestMessage, ipem: AnyIpem, state: State, ...args: any[]) => T

/** A process elsewhere in the tree, seen from `asker`. */
export class Remote {
  readonly asker: AnyIpem
  readonly pid: string

  constructor(asker: AnyIpem, pid: string) {
    this.asker = asker
    this.pid = pid
  }

  get osPid(): number {
    return Number.parseInt(this.pid, 10)
  }

  run<T>(run: RemoteFunction<T>, ...args: unknown[]): Promise<Awaited<T>> {
    return this.asker.request(this.pid, 'run', String(run), ...args)
  }

  /** A child of this process. */
  async fork(options: IpemOptions = {}): Promise<Remote> {
    const pid = await this.run(
      (ipem, _, file, ...args) => ipem.fork(file, args, { restart: false }).online,
      remoteFile,
      JSON.stringify(options),
    )
    return new Remote(this.asker, pid)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.osPid, signal)
  }
}

/** A child of `ipem`. */
export async function forkRemote(ipem: AnyIpem, options: IpemOptions = {}): Promise<Remote> {
  return new Remote(ipem, await ipem.fork(remoteFile, [JSON.stringify(options)], { restart: false }).online)
}
