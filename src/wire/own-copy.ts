// Bytes that keep nothing else alive.

/**
 * The bytes from `start` to `end` in memory of their own. Not `Buffer.from()`: that cuts small ones from a pool, which is
 * kept alive with them; of 8 KiB, from Node 24 on of 64 KiB.
 */
export function ownCopy(bytes: Buffer, start = 0, end = bytes.length): Buffer {
  return Uint8Array.prototype.slice.call(bytes, start, end) as Buffer
}
