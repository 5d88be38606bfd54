// What a process of the chaos tree says of each event, in a file: what was written is there also after a SIGKILL.
// One line each, one file for each process and round.

import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'

/**
 * `sent` and `cast` are written before the event is sent: one that a killed process did not come to send counts as
 * lost with it. `other` is the number of the process at the other end, 0 where nobody knows.
 */
export type Entry =
  | { readonly what: 'sent' | 'received' | 'returned'; readonly other: number; readonly seq: number }
  | { readonly what: 'cast'; readonly seq: number }
  | { readonly what: 'heard'; readonly other: number; readonly seq: number }
  /** So many of its messages were refused on the way; `ended` closes a row that began with one `false`. */
  | { readonly what: 'refused'; readonly count: number; readonly ended: boolean }
  /** From here on the tree is whole again. */
  | { readonly what: 'mark' }

export class Ledger {
  readonly #folder: string
  readonly #number: number
  #fd: number

  constructor(folder: string, number: number, round: number) {
    this.#folder = folder
    this.#number = number
    this.#fd = this.#open(round)
  }

  write(entry: Entry): void {
    writeSync(this.#fd, `${JSON.stringify(entry)}\n`)
  }

  /** What comes from now on belongs to this round. */
  turnTo(round: number): void {
    closeSync(this.#fd)
    this.#fd = this.#open(round)
  }

  #open(round: number): number {
    return openSync(path.join(this.#folder, `${round}.${this.#number}`), 'a')
  }
}

/** All that was written in a round, by the number of the process; the files are gone then. */
export function readRound(folder: string, round: number): Map<number, Entry[]> {
  const entries = new Map<number, Entry[]>()
  for (const name of readdirSync(folder)) {
    const [ofRound, number] = name.split('.').map(Number)
    if (ofRound !== round) continue
    const file = path.join(folder, name)
    // A killed process may have left half a line.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    entries.set(
      number as number,
      lines.map((line) => JSON.parse(line)),
    )
    rmSync(file)
  }
  return entries
}
