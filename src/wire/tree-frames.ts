// Bodies of the frames about the tree itself: topology (who came, who went, the way up) and interest.
// Everything that comes in is checked here, field by field; nothing is decided.

import { IpemError } from '../errors.js'
import { MAX_EVENT_BYTES, MAX_HOPS } from '../message.js'
import { isPid, type OfflineInfo, PROCESS_ROLES, type ProcessInfo, type ProcessRole } from '../process-info.js'
import { packFields, unpackFields } from './control.js'
import { printable } from './handshake.js'

/** `pids` is the way so far, the sender last. */
export type TopologyFrame =
  | {
      readonly what: 'online'
      readonly pids: readonly string[]
      readonly process: ProcessInfo
      readonly parent: string
    }
  | { readonly what: 'offline'; readonly pids: readonly string[]; readonly pid: string; readonly info: OfflineInfo }
  | { readonly what: 'way'; readonly way: readonly string[] }

export interface InterestFrame {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

const MAX_TEXT = 256
const MAX_FRAME_BYTES = 65_536

export function encodeTopology(frame: TopologyFrame): Buffer {
  switch (frame.what) {
    case 'online': {
      const { pid, osPid, host, role, title } = frame.process
      return packFields(['online', frame.pids, [pid, osPid, cut(host), role, cut(title)], frame.parent])
    }
    case 'offline': {
      const { code, signal, reason } = frame.info
      return packFields(['offline', frame.pids, frame.pid, code, signal, cut(reason)])
    }
    case 'way':
      return packFields(['way', frame.way])
  }
}

/** @throws ERR_IPEM_PROTOCOL */
export function decodeTopology(bytes: Buffer, start: number, end: number): TopologyFrame {
  const value = unpack(bytes, start, end, MAX_FRAME_BYTES)
  if (Array.isArray(value)) {
    const [what, pids, subject, ...rest] = value
    if (what === 'way' && isWay(pids)) return { what, way: pids }
    if (what === 'online' && isWay(pids) && pids.length > 0 && Array.isArray(subject) && isPid(rest[0])) {
      return { what, pids, process: decodeProcess(subject), parent: rest[0] }
    }
    if (what === 'offline' && isWay(pids) && pids.length > 0 && isPid(subject)) {
      const [code, signal, reason] = rest
      if ((code === null || Number.isInteger(code)) && (signal === null || isText(signal)) && isText(reason)) {
        const info = { code, signal: signal === null ? null : printable(signal), reason: printable(reason) }
        return { what, pids, pid: subject, info }
      }
    }
  }
  throw malformed('topology')
}

export function encodeInterest(frame: InterestFrame): Buffer {
  return packFields([frame.add, frame.remove])
}

/** @throws ERR_IPEM_PROTOCOL */
export function decodeInterest(bytes: Buffer, start: number, end: number): InterestFrame {
  const value = unpack(bytes, start, end, Number.POSITIVE_INFINITY)
  if (!Array.isArray(value) || !isNames(value[0]) || !isNames(value[1])) throw malformed('interest')
  return { add: value[0], remove: value[1] }
}

function decodeProcess([pid, osPid, host, role, title]: unknown[]): ProcessInfo {
  if (!isPid(pid) || !Number.isInteger(osPid) || !isText(host) || !isRole(role) || !isText(title))
    throw malformed('topology')
  return { pid, osPid: osPid as number, host: printable(host), role, title: printable(title) }
}

function isRole(value: unknown): value is ProcessRole {
  return typeof value === 'string' && PROCESS_ROLES.has(value)
}

function unpack(bytes: Buffer, start: number, end: number, maxBytes: number): unknown {
  if (end - start > maxBytes) throw malformed('topology')
  try {
    return unpackFields(bytes, start, end)
  } catch (cause) {
    throw malformed('tree', cause)
  }
}

function isWay(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_HOPS && value.every(isPid)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT
}

function isNames(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && Buffer.byteLength(name) <= MAX_EVENT_BYTES)
  )
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT)
}

function malformed(what: string, cause?: unknown): IpemError {
  return new IpemError(
    'ERR_IPEM_PROTOCOL',
    `Expected a well-formed ${what} frame`,
    cause === undefined ? {} : { cause },
  )
}
