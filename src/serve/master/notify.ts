// Tells systemd how a server fares. Its socket takes datagrams, which Node cannot send to a path; so systemd's own command
// does. Where nobody wants to know nothing is started.

import { spawn } from 'node:child_process'

export type SystemState = 'ready' | 'stopping'

/** Resolves when it was told, or cannot be told. */
export function notifySystemd(state: SystemState, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (env.NOTIFY_SOCKET === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const words = state === 'ready' ? ['--ready'] : ['STOPPING=1']
    const command = spawn('systemd-notify', [`--pid=${process.pid}`, ...words], { stdio: 'ignore', env })
    command.once('error', () => resolve(false))
    command.once('exit', (code) => resolve(code === 0))
  })
}
