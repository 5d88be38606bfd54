// In the master: takes orders from other processes of this user, over a bus of its own at a private Unix socket. The bus of
// the app is another one, so nobody there sees who asks. Whatever goes wrong here, serving goes on.

import { createIpem, IpemError, type default as ipem } from '../../index.js'
import type { Master } from '../master/master.js'
import { textOf } from '../master/words.js'
import { controlFolder, makeFolder, socketFile } from './control-folder.js'
import { CONTROL, CONTROL_NAME, type ControlOrder, readOrder } from './protocol.js'
import { statusOf } from './server-status.js'

export class ControlDesk {
  readonly #master: Master
  #bus: ReturnType<typeof createIpem> | null = null
  #told = false
  #listening = false

  constructor(master: Master) {
    this.#master = master
  }

  /** Begins to listen, which nobody has to wait for. Never throws. */
  open(): void {
    const folder = controlFolder()
    if (folder === null) return
    const problem = makeFolder(folder)
    if (problem !== null) {
      this.#warn(problem)
      return
    }
    const bus = createIpem()
    this.#bus = bus
    bus.on('error', (error) => this.#onError(error))
    bus.once('ready', () => this.#onReady(bus))
    bus.handle(CONTROL, (order) => this.#carryOut(readOrder(order)))
    try {
      // The signals are the master's; it may have a parent on a bus, whose end is not its own.
      bus.options({
        name: CONTROL_NAME,
        signals: false,
        orphan: 'rejoin',
        socket: { socketPath: socketFile(folder, process.pid) },
      })
      bus.start()
      // What keeps this process alive is the master.
      bus.unref()
    } catch (error) {
      this.#onError(error)
    }
  }

  /** Resolves when the file is gone and everybody has their answer. */
  async close(): Promise<void> {
    await this.#bus?.close()
  }

  async #carryOut(order: ControlOrder): Promise<unknown> {
    const master = this.#master
    if (master.stopping && (order.order === 'reload' || order.order === 'scale')) {
      throw new IpemError('ERR_IPEM_CLOSED', `The server is stopping, so there is no ${order.order}`)
    }
    switch (order.order) {
      case 'status':
        return statusOf(master)
      case 'reload':
        return master.reload()
      case 'scale':
        return master.scaled(order.workers)
      case 'stop':
        // Behind the answer: a server without workers has stopped before this function returns.
        setImmediate(() => master.order(order.quick ? 'quick-stop' : 'stop'))
        return undefined
      case 'reopenLogs':
        master.order('reopen-logs')
        return undefined
      case 'upgrade':
        master.order('upgrade')
        return undefined
    }
  }

  #onReady(bus: Pick<typeof ipem, 'address'>): void {
    this.#listening = bus.address() !== null
    if (this.#listening) this.#master.log.debug(`Control at ${bus.address()}`)
    // In another container that shares the folder.
    else this.#warn('another process with the same pid listens already')
  }

  #onError(error: unknown): void {
    // Later it is about somebody who asked and has left.
    if (this.#listening) this.#master.log.debug(textOf(error))
    // An ipem that has no way but the link to a parent, which that of the app has.
    else if ((error as Partial<IpemError>).code === 'ERR_IPEM_DUPLICATE_COPY')
      this.#warn('the master is itself a child')
    else this.#warn(textOf(error))
  }

  #warn(why: string): void {
    if (this.#told) return
    this.#told = true
    this.#master.log.warn(`No control by commands, the option \`control: false\` does without: ${why}`)
  }
}
