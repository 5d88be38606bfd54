// The ipem that the app will find on the bus already: the app's own copy of the package where it has one, else ours.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ipem from '../../index.js'

export type Bus = typeof ipem

export async function busFor(appPath: string): Promise<Bus> {
  try {
    const require = createRequire(pathToFileURL(appPath))
    const theirs = (await import(pathToFileURL(require.resolve('ipem')).href)) as { default: Bus }
    return theirs.default
  } catch {
    return ipem
  }
}

/** A worker outlives its master for as long as its requests take. Where the user has started it, it is as the user wants. */
export async function joinBus(bus: Bus): Promise<void> {
  try {
    bus.options({ useSocket: false, orphan: 'rejoin', signals: false })
  } catch {
    return
  }
  await new Promise<void>((resolve) => {
    bus.once('ready', () => resolve())
    bus.start()
  })
}
