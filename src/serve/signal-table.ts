// Every signal with what it does, once: the master and the workers act by this table, and docs/signals.md is made of it.

export type MasterSignal =
  | 'SIGHUP'
  | 'SIGQUIT'
  | 'SIGTTIN'
  | 'SIGTTOU'
  | 'SIGWINCH'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGTERM'
  | 'SIGINT'

export type WorkerSignal = 'SIGQUIT' | 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTTIN' | 'SIGTTOU'

/** What a signal asks the master for. */
export type Order =
  | 'reload'
  | 'stop'
  | 'quick-stop'
  | 'more-workers'
  | 'fewer-workers'
  | 'no-workers'
  | 'reopen-logs'
  | 'upgrade'
  | 'nothing'

/** What decides beside the signal itself. */
export interface Circumstances {
  readonly style: 'graceful' | 'unicorn'
  /** The master is attached to a terminal, which sends signals of its own. */
  readonly onTerminal: boolean
  /** An orderly stop is under way. */
  readonly stopping: boolean
}

/** A row of the table. */
export interface SignalRow {
  readonly does: string
  order(circumstances: Circumstances): Order
}

const always = (order: Order) => () => order

export const MASTER_SIGNALS: Readonly<Record<MasterSignal, SignalRow>> = {
  SIGHUP: {
    does: 'Reads the configuration again and replaces the workers one by one, with the code as it is now. Each new one serves before the old one stops accepting. If the configuration is wrong or the app does not start, all goes on as it was. Brings the workers back after WINCH.',
    order: always('reload'),
  },
  SIGQUIT: {
    does: 'Stops in order: finishes the requests, then ends. A second one stops at once.',
    order: ({ stopping }) => (stopping ? 'quick-stop' : 'stop'),
  },
  SIGTERM: {
    does: "As QUIT, because containers send it. With `signals: 'unicorn'` it stops at once.",
    order: ({ style, stopping }) => (style === 'unicorn' || stopping ? 'quick-stop' : 'stop'),
  },
  SIGINT: {
    does: "As QUIT; the second time, or with `signals: 'unicorn'`, it stops at once.",
    order: ({ style, stopping }) => (style === 'unicorn' || stopping ? 'quick-stop' : 'stop'),
  },
  SIGTTIN: { does: 'One worker more.', order: always('more-workers') },
  SIGTTOU: { does: 'One worker less, the one with the highest number, down to none.', order: always('fewer-workers') },
  SIGWINCH: {
    does: 'All workers leave in order, the master stays and keeps the sockets. TTIN or HUP bring workers back. Ignored on a terminal, which sends it whenever its window changes.',
    order: ({ onTerminal }) => (onTerminal ? 'nothing' : 'no-workers'),
  },
  SIGUSR1: { does: 'Opens the log files anew, after they were moved away.', order: always('reopen-logs') },
  SIGUSR2: {
    does: 'Starts a new master beside this one, with new code and on the same sockets. The pidfile of this one becomes `pidfile.oldbin`. Then QUIT for the old one commits; HUP for the old one and QUIT for the new one goes back.',
    order: always('upgrade'),
  },
}

/** What a signal asks a worker for. */
export type WorkerOrder = 'leave' | 'exit' | 'nothing'

export interface WorkerSignalRow {
  readonly does: string
  order(style: Circumstances['style']): WorkerOrder
}

export const WORKER_SIGNALS: Readonly<Record<WorkerSignal, WorkerSignalRow>> = {
  SIGQUIT: { does: 'Finishes its requests and ends; another one takes its place at once.', order: () => 'leave' },
  SIGTERM: {
    does: "As QUIT. With `signals: 'unicorn'` it ends at once.",
    order: (style) => (style === 'unicorn' ? 'exit' : 'leave'),
  },
  SIGINT: {
    does: 'Nothing: a terminal sends it to everybody, and the master sees to its workers.',
    order: () => 'nothing',
  },
  SIGHUP: { does: 'Nothing, for the same reason.', order: () => 'nothing' },
  SIGUSR1: {
    does: 'Nothing: the master writes the logs. In a Node without a listener it would open the inspector.',
    order: () => 'nothing',
  },
  SIGUSR2: { does: 'Nothing.', order: () => 'nothing' },
  SIGTTIN: { does: 'Nothing.', order: () => 'nothing' },
  SIGTTOU: { does: 'Nothing.', order: () => 'nothing' },
}
