// What the master has to say, as lines of text or of JSON.

import type { LogLevel } from '../config/resolved.js'
import type { Sink } from './log-file.js'

type Level = Exclude<LogLevel, 'silent'>

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }

/** Further facts of a line, for those who read JSON. */
export type LogFields = Readonly<Record<string, unknown>>

export interface LogStyle {
  readonly level: LogLevel
  readonly json: boolean
}

export class Logger {
  readonly #sink: Pick<Sink, 'write'>
  #style: LogStyle

  constructor(sink: Pick<Sink, 'write'>, style: LogStyle) {
    this.#sink = sink
    this.#style = style
  }

  set style(style: LogStyle) {
    this.#style = style
  }

  debug(text: string, fields?: LogFields): void {
    this.#log('debug', text, fields)
  }

  info(text: string, fields?: LogFields): void {
    this.#log('info', text, fields)
  }

  warn(text: string, fields?: LogFields): void {
    this.#log('warn', text, fields)
  }

  error(text: string, fields?: LogFields): void {
    this.#log('error', text, fields)
  }

  #log(level: Level, text: string, fields: LogFields = {}): void {
    if (ORDER[level] < ORDER[this.#style.level]) return
    const entry = { time: new Date().toISOString(), level, pid: process.pid, ...fields }
    this.#sink.write(this.#style.json ? jsonLine({ ...entry, msg: text }) : textLine(entry, text))
  }
}

function textLine({ time, level, pid }: { time: string; level: string; pid: number }, text: string): string {
  const lines = text.split('\n').join('\n    ')
  return `${time} [${level}] ipem(${pid}): ${lines}\n`
}

function jsonLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`
}

/** A line an app has printed, as a JSON line: unchanged if it is one, else wrapped. */
export function appLine(line: string, facts: LogFields): string {
  if (isJsonObject(line)) return `${line}\n`
  return jsonLine({ time: new Date().toISOString(), ...facts, msg: line })
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith('{') || !line.endsWith('}')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
