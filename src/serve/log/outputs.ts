// The files of a server: what the workers print is read from pipes and written here in whole lines, so that one signal
// to the master is enough to open them anew, and no line is split or lost on the way.

import type { Readable } from 'node:stream'
import type { PlainConfig } from '../config/resolved.js'
import { LineSplitter } from './line-splitter.js'
import { Descriptor, LogFile, type Sink } from './log-file.js'
import { appLine, type LogFields } from './logger.js'

/** Of what a worker wrote to standard error, kept to explain why it did not start. */
const TAIL_BYTES = 4096

type OutputConfig = Pick<PlainConfig, 'stdoutPath' | 'stderrPath' | 'json' | 'daemonize'>

export class Outputs {
  #stdout: Sink
  #stderr: Sink
  #config: OutputConfig

  /** @throws the error of the file system */
  constructor(config: OutputConfig) {
    this.#config = config
    ;[this.#stdout, this.#stderr] = open(config)
  }

  get stderr(): Pick<Sink, 'write'> {
    return { write: (lines) => this.#stderr.write(lines) }
  }

  /** Workers write into pipes; else they have inherited the terminal or whatever the master has. */
  get piped(): boolean {
    const { json, daemonize, stdoutPath, stderrPath } = this.#config
    // Of a daemon nobody else would see why it does not start.
    return json || daemonize || stdoutPath !== undefined || stderrPath !== undefined
  }

  /**
   * From now on by this configuration.
   *
   * @throws the error of the file system; all is as before then
   */
  configure(config: OutputConfig): void {
    const before = this.#config
    if (config.stdoutPath !== before.stdoutPath || config.stderrPath !== before.stderrPath) {
      const sinks = open(config)
      this.close()
      ;[this.#stdout, this.#stderr] = sinks
    }
    this.#config = config
  }

  /** @throws the error of the file system, after the others are open */
  reopen(): void {
    const errors: unknown[] = []
    for (const sink of new Set([this.#stdout, this.#stderr])) {
      try {
        sink.reopen()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /**
   * Takes what a worker prints until it has closed both.
   *
   * @returns the end of what it wrote to standard error
   */
  relay(stdout: Readable | null, stderr: Readable | null, facts: LogFields): () => string {
    let tail = Buffer.alloc(0)
    stdout && this.#relayOne(stdout, () => this.#stdout, { ...facts, stream: 'stdout' })
    stderr?.on('data', (chunk: Buffer) => {
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES)
    })
    stderr && this.#relayOne(stderr, () => this.#stderr, { ...facts, stream: 'stderr' })
    return () => tail.toString().trim()
  }

  #relayOne(stream: Readable, sink: () => Sink, facts: LogFields): void {
    const lines = new LineSplitter()
    const write = (whole: Buffer | null): void => {
      if (whole !== null) sink().write(this.#config.json ? wrapped(whole, facts) : whole)
    }
    stream.on('data', (chunk: Buffer) => write(lines.push(chunk)))
    stream.once('end', () => write(lines.end()))
    // A reset of the pipe of a process that was killed: what it wrote has come.
    stream.on('error', () => {})
  }

  close(): void {
    for (const sink of new Set([this.#stdout, this.#stderr])) sink.close()
  }
}

/** Both in one file: one descriptor, so that lines of both stand in the order in which they came. */
function open({ stdoutPath, stderrPath }: OutputConfig): [stdout: Sink, stderr: Sink] {
  const stdout = stdoutPath === undefined ? new Descriptor(1) : new LogFile(stdoutPath)
  if (stderrPath === undefined) return [stdout, new Descriptor(2)]
  if (stderrPath === stdoutPath) return [stdout, stdout]
  try {
    return [stdout, new LogFile(stderrPath)]
  } catch (error) {
    stdout.close()
    throw error
  }
}

function wrapped(lines: Buffer, facts: LogFields): string {
  const each = lines.toString().split('\n')
  each.pop()
  return each.map((line) => appLine(line, facts)).join('')
}
