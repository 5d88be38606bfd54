// Tells systemd how a server fares. Its socket takes datagrams, which Node cannot send to a path; so systemd's own command
// does. Where nobody wants to know nothing is started.

import { spawn } from 'node:child_process'

export type SystemState = 'ready' | 'stopping'

/** Resolves when it was told, or cannot be told. */
export function notifySystemd(state: SystemState, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (env.NOTIFY_SOCKET === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    // Of two masters the one that has told last that it is ready is the main process.
    const words = state === 'ready' ? ['--ready', `--pid=${process.pid}`] : ['STOPPING=1']
    const command = spawn('systemd-notify', words, { stdio: 'ignore', env })
    command.once('error', () => resolve(false))
    command.once('exit', (code) => resolve(code === 0))
  })
}
