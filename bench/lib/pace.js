// Flow control for peers that have none: batches are confirmed, and two may be under way.

/** So many bytes make a batch: as much as ipem queues before it asks its user to wait. */
const BATCH_BYTES = 1_048_576
const MAX_BATCH = 1000

export const batchOf = (bytes) => Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_BYTES / bytes)))

export function pace(bytes) {
  const batch = batchOf(bytes)
  let count = 0
  let open = 0
  let wake = null
  const confirm = () => {
    open--
    wake?.()
  }
  return {
    /** To be called for each message; returns what the confirmation of this one has to call, if it ends a batch. */
    next() {
      if (++count < batch) return undefined
      count = 0
      open++
      return confirm
    },
    full: () => open > 1,
    drained: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
  }
}

/** The same questions to a stream, whose own counting is used. */
export function streamPace(stream) {
  return {
    full: () => stream.writableLength >= BATCH_BYTES,
    drained: () => new Promise((resolve) => stream.once('drain', resolve)),
  }
}
