// A child that its parent talks to over a link and in messages of its own: link-process-peer.js <what to do>

import { flushAtExit } from '../../src/link/exit-flush.js'
import { type IpcChannel, ProcessLink } from '../../src/link/process-link.js'
import { FrameKind } from '../../src/wire/frame.js'
import { LIMITS, LinkEnd } from '../conformance/link-end.js'

const end = new LinkEnd(new ProcessLink(process as IpcChannel, LIMITS))
const say = (text: string, ...more: unknown[]) => process.send?.([text, ...more])
const hear = (message: unknown) => say('heard', message)

const roles: Record<string, () => void> = {
  /** Listens to messages only when a frame has come. */
  late: () => {
    end.onEach = () => {
      end.onEach = () => {}
      process.on('message', hear)
    }
    end.open()
    end.send(1, 10)
  },
  /** Frames and messages by turns, then the end of the channel. */
  both: () => {
    end.open()
    for (let i = 0; i < 50; i++) {
      end.send(10, 1000 * i)
      say('between', i)
    }
    void end.link.flush().then(() => process.disconnect())
  },
  held: () => {
    end.open()
    end.send(1, 10)
  },
  unheld: () => {
    end.open()
    end.link.unref()
  },
  'unheld, but listening': () => {
    end.open()
    end.link.unref()
    process.on('message', () => process.exit(7))
    say('up')
  },
  'left, but listening': () => {
    end.open()
    end.link.unref()
    end.link.ref()
    end.link.unref()
    process.on('message', () => process.exit(7))
    end.link.destroy()
    say('up')
  },
  'left, and not listening any more': () => {
    end.open()
    process.on('message', hear)
    end.link.unref()
    end.link.destroy()
    process.off('message', hear)
  },
  exit: () => {
    process.on('exit', () => flushAtExit([end.link], 1000))
    end.open()
    end.send(1000, 100)
    process.exit()
  },
  alone: () => {
    end.open()
    end.send(1, 10, FrameKind.hello)
    process.on('message', hear)
  },
}

roles[process.argv[2] as string]?.()
