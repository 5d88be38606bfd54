// A process that says a lot on one link and exits: link-speaker.js <plan as JSON>. What its exit handler gave up and
// how long that took it prints, as the last line.

import { writeSync } from 'node:fs'
import { connect } from 'node:net'
import { flushAtExit } from '../../src/link/exit-flush.js'
import { Inlet, openDescriptor } from '../../src/link/inlet.js'
import { StreamLink } from '../../src/link/stream-link.js'
import { LIMITS, LinkEnd } from '../conformance/link-end.js'

export interface Plan {
  /** A descriptor, a port or a path. */
  readonly address: number | string
  readonly inherited: boolean
  readonly count: number
  readonly size: number
  /**
   * `at once`: exits in the turn that sends. `stuck`: when libuv has taken a part and gets no further.
   * `late`: sends in an `exit` handler behind the one that flushes. `crash`: by an error nobody catches.
   */
  readonly exit: 'at once' | 'stuck' | 'late' | 'crash'
  readonly deadlineMs: number
}

const { address, inherited, count, size, exit, deadlineMs } = JSON.parse(process.argv[2] as string) as Plan
const inlet = inherited ? new Inlet() : null
const socket = inlet === null ? connect(address as number, '127.0.0.1') : openDescriptor(address as number, inlet)
const link = new StreamLink(socket, inherited ? 'pipe' : 'socket', LIMITS, null, inlet)
const end = new LinkEnd(link)

process.once('exit', () => {
  const start = performance.now()
  const lost = flushAtExit([link], deadlineMs)
  writeSync(1, `${JSON.stringify({ lost, ms: performance.now() - start })}\n`)
})
if (inherited) speak()
else socket.once('connect', speak)

function speak(): void {
  // What comes is not read: in the end there is unread input.
  link.pause()
  end.open()
  if (exit === 'late') {
    process.once('exit', () => end.send(count, size))
    process.exit()
  }
  end.send(count, size)
  if (exit === 'stuck') exitWhenStuck(count * size, 0, 0)
  else if (exit === 'crash') throw new Error('on purpose')
  else process.exit()
}

/** The queue has become shorter, and then has not for a while. */
function exitWhenStuck(all: number, last: number, turns: number): void {
  const queued = link.queuedBytes
  if (queued < all && turns > 30) {
    writeSync(1, 'stuck\n')
    process.exit()
  }
  setTimeout(() => exitWhenStuck(all, queued, queued === last ? turns + 1 : 0), 1)
}
