// Numbers <-> the shortest form MessagePack has for them. No checks: there is room, and there are bytes.

const INT_64 = 2n ** 63n
const UINT_64 = 2n ** 64n

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)
/** MessagePack has the highest byte first, where most machines have it last. */
const FIRST = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 7 : 0
const STEP = FIRST === 7 ? -1 : 1

/** Takes at most nine bytes. Returns the offset behind them. */
export function writeNumber(bytes: Buffer, offset: number, value: number): number {
  // Whole numbers have no minus zero.
  if ((value | 0) === value ? value === 0 && 1 / value < 0 : value >>> 0 !== value) {
    return writeDouble(bytes, offset, value)
  }
  if (value < 0x80 && value >= -0x20) {
    bytes[offset] = value
    return offset + 1
  }
  if (value >= 0) return writeWhole(bytes, offset, 0xcc, value, value < 0x100, value < 0x10000)
  return writeWhole(bytes, offset, 0xd0, value, value >= -0x80, value >= -0x8000)
}

/** `token` stands for one byte, the next ones for two and four. */
function writeWhole(bytes: Buffer, at: number, token: number, value: number, one: boolean, two: boolean): number {
  let offset = at
  bytes[offset++] = one ? token : two ? token + 1 : token + 2
  if (!one && !two) {
    bytes[offset++] = value >> 24
    bytes[offset++] = value >> 16
  }
  if (!one) bytes[offset++] = value >> 8
  bytes[offset++] = value
  return offset
}

function writeDouble(bytes: Buffer, offset: number, value: number): number {
  double[0] = value
  bytes[offset] = 0xcb
  for (let index = 0; index < 8; index++) bytes[offset + 1 + index] = doubleBytes[FIRST + STEP * index] as number
  return offset + 9
}

/** Those of 64 bits. */
export function isPlainBigint(value: bigint): boolean {
  return value >= -INT_64 && value < UINT_64
}

/** Takes nine bytes. Returns the offset behind them. */
export function writeBigint(bytes: Buffer, offset: number, value: bigint): number {
  bytes[offset] = value < INT_64 ? 0xd3 : 0xcf
  return bytes.writeBigUInt64BE(BigInt.asUintN(64, value), offset + 1)
}

export function readDouble(bytes: Buffer, offset: number): number {
  for (let index = 0; index < 8; index++) doubleBytes[FIRST + STEP * index] = bytes[offset + index] as number
  return double[0] as number
}

/** A whole number of `size` bytes without a sign. */
export function readUnsigned(bytes: Buffer, offset: number, size: number): number {
  let value = bytes[offset] as number
  for (let index = 1; index < size; index++) value = value * 0x100 + (bytes[offset + index] as number)
  return value
}
