// The far end of a link in another process, and how to ask it for things over that process's own messages.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { LinkLimits } from '../../src/link/link.js'
import type { FarEnd, Report } from './link-end.js'

export interface Remote {
  readonly process: ChildProcess
  readonly far: FarEnd
  dispose(): Promise<void>
}

/** What `link-peer.js` is to connect to: the descriptor it inherited, its IPC channel, or an address. */
export type RemoteMedium = 'pipe' | 'process' | `tcp:${number}` | `unix:${string}`

/** The descriptor of the link in the other process. */
export const PIPE_FD = 4

export function startRemote(
  medium: RemoteMedium,
  limits: LinkLimits,
  serialization: 'json' | 'advanced' = 'json',
): Remote {
  const process = fork(new URL('./link-peer.js', import.meta.url), [medium, JSON.stringify(limits)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...(medium === 'pipe' ? (['pipe'] as const) : [])],
    serialization,
    execArgv: [],
  })
  const answers = new Map<number, (result: unknown) => void>()
  let calls = 0
  process.on('message', ({ id, result }: { id: number; result: unknown }) => {
    answers.get(id)?.(result)
    answers.delete(id)
  })
  const ask = (method: string, ...args: unknown[]) => {
    const id = ++calls
    process.send({ id, method, args })
    return new Promise<unknown>((resolve) => answers.set(id, resolve))
  }
  return {
    process,
    far: {
      open: () => ask('open') as Promise<void>,
      send: (count, size, kind) => ask('send', count, size, ...(kind === undefined ? [] : [kind])) as Promise<void>,
      pause: () => ask('pause') as Promise<void>,
      resume: () => ask('resume') as Promise<void>,
      end: (deadlineMs) => ask('end', deadlineMs) as Promise<void>,
      destroy: () => ask('destroy') as Promise<void>,
      report: () => ask('report') as Promise<Report>,
    },
    dispose: async () => {
      if (process.exitCode !== null || process.signalCode !== null) return
      const exit = once(process, 'exit')
      process.kill('SIGKILL')
      await exit
    },
  }
}
