import { Packr } from 'msgpackr'
const packr = new Packr({ useRecords: false, structuredClone: false })
export function encodePayload(args: readonly unknown[], _max: number): Buffer {
  const b = packr.pack(args)
  return Buffer.concat([Buffer.from([0]), b])
}
export function decodePayload(bytes: Buffer, start: number, end: number): unknown[] {
  return packr.unpack(Buffer.from(bytes.subarray(start + 1, end)))
}
