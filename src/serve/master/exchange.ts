// Connections on their way from one worker to another. A worker has no channel to its siblings that could carry one, so
// they go by the master, which keeps each until it has arrived: whoever dies meanwhile takes none along.

import type { NativeConnection } from '../native-listener.js'
import { slotFor } from '../sticky.js'
import type { WorkerProcess } from './worker-process.js'

/** What is known of a connection beside itself. */
export interface Label {
  /** The socket it came by. */
  readonly key: string
  /** The pid of the worker that should have it. */
  readonly to?: string
  /** The client it comes from: it belongs to one of the workers. */
  readonly client?: string
  /** What was read of it already, in base64. */
  readonly head?: string
}

interface Parcel {
  readonly label: Label
  readonly connection: NativeConnection
  /** Who has it now, perhaps. */
  readonly holder: WorkerProcess | null
}

export class Exchange {
  readonly #workers: () => readonly WorkerProcess[]
  readonly #parcels = new Map<number, Parcel>()
  /** This process takes connections, too: those for its pid, and those nobody else can take. */
  here: { readonly pid: string; take(connection: NativeConnection): void } | null = null
  #lastId = 0
  #turn = 0

  /** @param workers those who are there, whatever they do */
  constructor(workers: () => readonly WorkerProcess[]) {
    this.#workers = workers
  }

  pass(label: Label, connection: NativeConnection): void {
    if (label.to !== undefined && label.to === this.here?.pid) this.here.take(connection)
    else this.#deliver(++this.#lastId, label, connection)
  }

  taken(id: number): void {
    this.#parcels.get(id)?.connection.close()
    this.#parcels.delete(id)
  }

  /** What it had not taken yet goes to others. */
  gone(worker: WorkerProcess): void {
    this.#again((holder) => holder === worker)
  }

  /** What found nobody has somebody now. */
  ready(): void {
    this.#again((holder) => holder === null)
  }

  /** Nobody will ever serve at this socket. */
  abandon(key: string): void {
    for (const [id, { label, connection, holder }] of this.#parcels) {
      if (label.key !== key || holder !== null) continue
      connection.close()
      this.#parcels.delete(id)
    }
  }

  /** Nobody will come any more. */
  close(): void {
    for (const { connection } of this.#parcels.values()) connection.close()
    this.#parcels.clear()
  }

  #again(which: (holder: WorkerProcess | null) => boolean): void {
    for (const [id, { label, connection, holder }] of this.#parcels) {
      if (which(holder)) this.#deliver(id, label, connection)
    }
  }

  #deliver(id: number, label: Label, connection: NativeConnection): void {
    const { key, head } = label
    const message = { act: 'take', id, key, ...(head !== undefined && { head }) } as const
    const holder = this.#candidates(label).find((worker) => worker.send(message, connection))
    if (holder === undefined && this.here !== null) {
      this.#parcels.delete(id)
      this.here.take(connection)
    } else this.#parcels.set(id, { label, connection, holder: holder ?? null })
  }

  /** The one that should have it; then those who serve, in turn; one that leaves answers what it is given, too. */
  #candidates({ key, to, client }: Label): readonly WorkerProcess[] {
    const open = this.#workers().filter(({ keys, phase, sealed }) => keys.has(key) && phase !== 'booting' && !sealed)
    const ready = open.filter(({ phase }) => phase === 'ready')
    const chosen = to === undefined ? ownerOf(client, ready) : ready.find(({ pid }) => pid === to)
    const turn = ready.length === 0 ? 0 : this.#turn++ % ready.length
    const inTurn = [...ready.slice(turn), ...ready.slice(0, turn), ...open.filter(({ phase }) => phase !== 'ready')]
    return chosen === undefined ? inTurn : [chosen, ...inTurn]
  }
}

/** While a worker is replaced there are two in its place: the newer one. */
function ownerOf(client: string | undefined, ready: readonly WorkerProcess[]): WorkerProcess | undefined {
  if (client === undefined || ready.length === 0) return undefined
  const slot = slotFor(client, [...new Set(ready.map((worker) => worker.slot))])
  return ready.filter((worker) => worker.slot === slot).at(-1)
}
