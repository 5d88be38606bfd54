// Connections on their way from one worker to another. A worker has no channel to its siblings that could carry one, so
// they go by the master, which keeps each until it has arrived: whoever dies meanwhile takes none along.

import type { NativeConnection } from '../native-listener.js'
import type { WorkerProcess } from './worker-process.js'

interface Parcel {
  readonly key: string
  readonly connection: NativeConnection
  /** Who has it now, perhaps. */
  readonly holder: WorkerProcess | null
}

export class Exchange {
  readonly #workers: () => readonly WorkerProcess[]
  readonly #parcels = new Map<number, Parcel>()
  #lastId = 0
  #turn = 0

  /** @param workers those who are there, whatever they do */
  constructor(workers: () => readonly WorkerProcess[]) {
    this.#workers = workers
  }

  /** @param to the pid of who should have it */
  pass(key: string, connection: NativeConnection, to: string): void {
    const id = ++this.#lastId
    const parcel: Parcel = { key, connection, holder: null }
    this.#parcels.set(id, parcel)
    this.#deliver(
      id,
      parcel,
      this.#workers().find(({ pid, phase, sealed }) => pid === to && phase === 'ready' && !sealed),
    )
  }

  taken(id: number): void {
    this.#parcels.get(id)?.connection.close()
    this.#parcels.delete(id)
  }

  /** What it had not taken yet goes to others. */
  gone(worker: WorkerProcess): void {
    for (const [id, parcel] of this.#parcels) if (parcel.holder === worker) this.#deliver(id, parcel)
  }

  /** What found nobody has somebody now. */
  ready(): void {
    for (const [id, parcel] of this.#parcels) if (parcel.holder === null) this.#deliver(id, parcel)
  }

  /** Nobody will come any more. */
  close(): void {
    for (const { connection } of this.#parcels.values()) connection.close()
    this.#parcels.clear()
  }

  #deliver(id: number, { key, connection }: Parcel, chosen?: WorkerProcess): void {
    const holder = [chosen, ...this.#candidates(key)].find((worker) =>
      worker?.send({ act: 'take', id, key }, connection),
    )
    this.#parcels.set(id, { key, connection, holder: holder ?? null })
  }

  /** In turn, those who serve first; one that leaves answers what it is given, too. */
  #candidates(key: string): readonly WorkerProcess[] {
    const open = this.#workers().filter(({ keys, phase, sealed }) => keys.has(key) && phase !== 'booting' && !sealed)
    const ready = open.filter(({ phase }) => phase === 'ready')
    const turn = ready.length === 0 ? 0 : this.#turn++ % ready.length
    return [...ready.slice(turn), ...ready.slice(0, turn), ...open.filter(({ phase }) => phase !== 'ready')]
  }
}
