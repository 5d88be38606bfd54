// Breaks a connection of this process, as a cut cable or a closed descriptor would.

import net from 'node:net'

interface Inside {
  /** Node tells of its own open handles under this name only. */
  _getActiveHandles(): unknown[]
}

/** One of the streams of this process but `spared`; false if there is none. */
export function cutLink(choice: number, spared: readonly net.Socket[]): boolean {
  const streams = (process as unknown as Inside)
    ._getActiveHandles()
    .filter((each) => each instanceof net.Socket && !spared.includes(each) && isLink(each)) as net.Socket[]
  const chosen = streams[Math.floor(choice * streams.length)]
  chosen?.destroy()
  return chosen !== undefined
}

/** Not a standard stream. */
const isLink = (socket: net.Socket): boolean =>
  ![process.stdin, process.stdout, process.stderr].includes(socket as never) && !socket.destroyed
