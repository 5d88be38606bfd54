export type MasterSignal = 'SIGHUP' | 'SIGQUIT' | 'SIGTTIN' | 'SIGTTOU' | 'SIGWINCH' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTERM' | 'SIGINT';
export type WorkerSignal = 'SIGQUIT' | 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTTIN' | 'SIGTTOU';
/** What a signal asks the master for. */
export type Order = 'reload' | 'stop' | 'quick-stop' | 'more-workers' | 'fewer-workers' | 'no-workers' | 'reopen-logs' | 'upgrade' | 'nothing';
/** What decides beside the signal itself. */
export interface Circumstances {
    readonly style: 'graceful' | 'unicorn';
    /** The master is attached to a terminal, which sends signals of its own. */
    readonly onTerminal: boolean;
    /** An orderly stop is under way. */
    readonly stopping: boolean;
}
/** A row of the table. */
export interface SignalRow {
    readonly does: string;
    order(circumstances: Circumstances): Order;
}
export declare const MASTER_SIGNALS: Readonly<Record<MasterSignal, SignalRow>>;
/** What a signal asks a worker for. */
export type WorkerOrder = 'leave' | 'exit' | 'nothing';
export interface WorkerSignalRow {
    readonly does: string;
    order(style: Circumstances['style']): WorkerOrder;
}
export declare const WORKER_SIGNALS: Readonly<Record<WorkerSignal, WorkerSignalRow>>;
