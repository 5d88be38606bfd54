// What the workers do, as the log tells it, and what follows from it at once.

import type { IpemError } from '../../index.js'
import type { Logger } from '../log/logger.js'
import type { CrewHooks } from './crew-types.js'
import type { MasterHookCalls } from './hooks.js'
import type { SocketDesk } from './socket-desk.js'
import { describeExit } from './words.js'
import type { WorkerProcess } from './worker-process.js'

export interface ReportParts {
  readonly log: Logger
  readonly desk: SocketDesk
  /** A failure is then for whoever starts the server, and not for the log. */
  starting(): boolean
  hook<Name extends keyof MasterHookCalls>(name: Name, ...args: MasterHookCalls[Name]): Promise<void>
  /** Does it when the orders before are carried out. */
  later(task: () => unknown): void
  /** A worker of this number does not start. */
  onFailure(failure: IpemError, slot: number): void
  onChange(): void
}

export function crewReports({ log, desk, starting, hook, later, onFailure, onChange }: ReportParts): CrewHooks {
  const named = ({ slot, osPid }: WorkerProcess): string => `Worker ${slot} (${osPid})`
  return {
    beforeStart: (slot) => hook('beforeFork', slot),
    onReady(worker) {
      log.info(`${named(worker)} serves`, { worker: worker.slot })
      desk.exchange.ready()
    },
    onLeaving: (worker) => log.info(`${named(worker)} leaves`, { worker: worker.slot }),
    onWorn: (worker, why) => log.info(`${named(worker)} is replaced, after ${why}`, { worker: worker.slot }),
    onKilled: ({ slot, osPid }, why) => log.error(`Killed worker ${slot} (${osPid}): ${why}`, { worker: slot }),
    onHandle: (worker, message, handle) => desk.receive(worker, message, handle),
    onExit(worker, exit, failure) {
      desk.exchange.gone(worker)
      const { slot, phase } = worker
      const text = `Worker ${slot} (${exit.pid}) ${describeExit(exit)}`
      if (phase === 'draining') log.info(text, { worker: slot })
      else if (failure === null || !starting()) log.error(failure?.message ?? text, { worker: slot })
      later(() => hook('afterWorkerExit', slot, exit))
      if (failure !== null) onFailure(failure, slot)
    },
    onChange,
  }
}
