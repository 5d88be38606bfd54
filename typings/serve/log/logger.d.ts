import type { LogLevel } from '../config/resolved.js';
import type { Sink } from './log-file.js';
/** Further facts of a line, for those who read JSON. */
export type LogFields = Readonly<Record<string, unknown>>;
export interface LogStyle {
    readonly level: LogLevel;
    readonly json: boolean;
}
export declare class Logger {
    #private;
    constructor(sink: Pick<Sink, 'write'>, style: LogStyle);
    set style(style: LogStyle);
    debug(text: string, fields?: LogFields): void;
    info(text: string, fields?: LogFields): void;
    warn(text: string, fields?: LogFields): void;
    error(text: string, fields?: LogFields): void;
}
/** A line an app has printed, as a JSON line: unchanged if it is one, else wrapped. */
export declare function appLine(line: string, facts: LogFields): string;
