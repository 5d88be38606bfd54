// A process that is the far end of a link: link-peer.js <medium> <limits as JSON>. Does what it is asked for over
// its own messages, which are the user's as far as a link over the same channel is concerned.

import { connect } from 'node:net'
import { Inlet, openDescriptor } from '../../src/link/inlet.js'
import type { Link, LinkLimits } from '../../src/link/link.js'
import { type IpcChannel, ProcessLink } from '../../src/link/process-link.js'
import { StreamLink } from '../../src/link/stream-link.js'
import { LinkEnd, nearby } from './link-end.js'
import { PIPE_FD, type RemoteMedium } from './remote-end.js'

interface Call {
  readonly id: number
  readonly method: keyof ReturnType<typeof nearby>
  readonly args: never[]
}

const [medium, limits] = process.argv.slice(2) as [RemoteMedium, string]
const far = nearby(new LinkEnd(makeLink(JSON.parse(limits))))

process.on('message', async ({ id, method, args }: Call) => {
  const result = await (far[method] as (...args: unknown[]) => Promise<unknown>)(...args)
  process.send?.({ id, result })
})
process.once('disconnect', () => process.exit())

function makeLink(limits: LinkLimits): Link {
  if (medium === 'process') return new ProcessLink(process as IpcChannel, limits)
  if (medium === 'pipe') {
    const inlet = new Inlet()
    return new StreamLink(openDescriptor(PIPE_FD, inlet), 'pipe', limits, null, inlet)
  }
  const [kind, address] = medium.split(/:(.*)/) as [string, string]
  const socket = kind === 'tcp' ? connect(Number(address), '127.0.0.1') : connect(address)
  return new StreamLink(socket, 'socket', limits)
}
