// What two processes say before a link counts: the bodies of hello, welcome and refuse.
// Owns their bytes and the check of every field; who says what when is in handshake-machine.ts.

import { ERROR_CODES, IpemError, type IpemErrorCode } from '../errors.js'
import { MAX_HOPS } from '../message.js'
import { isPid } from '../process-info.js'
import { packFields } from './control.js'
import { StrictReader } from './strict-reader.js'

/** The version of everything on the wire. A hello of any other version is refused. */
export const PROTOCOL_VERSION = 1

/** Largest frame of a handshake, in bytes of kind and body: nobody is known yet, so nobody gets more. */
export const MAX_HANDSHAKE_FRAME = 4096

export const NONCE_BYTES = 16
export const PROOF_BYTES = 32

const MAX_PID_BYTES = 21
const MAX_NAME_BYTES = 256
const MAX_HOST_BYTES = 255
const MAX_TITLE_BYTES = 256
const MAX_MESSAGE_CHARS = 512
const MAX_CODE_BYTES = 64
const MAX_WORD_BYTES = 16
const HELLO_FIELDS = 10
const WELCOME_FIELDS = 3
const REFUSE_FIELDS = 4

/** How a process came into the tree. */
export type Member = 'fork' | 'worker' | 'socket' | 'adopted'
/** Which end of a new connection speaks: the first two of a dialled one, the last two of an inherited one. */
export type HandshakeRole = 'dialer' | 'listener' | 'child' | 'parent'

const ROLES: readonly string[] = ['dialer', 'listener', 'child', 'parent'] satisfies HandshakeRole[]
const MEMBERS: readonly string[] = ['fork', 'worker', 'socket', 'adopted'] satisfies Member[]

/** What a process says of itself. Only `pid` and `name` are covered by a proof, the rest is for people to read. */
export interface PeerInfo {
  readonly pid: string
  /** Which application it belongs to: 1–256 bytes. */
  readonly name: string
  readonly osPid: number
  readonly host: string
  readonly title: string
  readonly member: Member
}

export interface Hello extends PeerInfo {
  readonly version: number
  readonly role: HandshakeRole
  readonly nonce?: Buffer | undefined
  readonly proof?: Buffer | undefined
}

export interface Welcome {
  readonly pid: string
  readonly name: string
  /** From the parent that welcomes up to the grand master. */
  readonly way: readonly string[]
}

/** `[version, pid, name, role, osPid, host, title, member, nonce | nil, proof | nil]` */
export function encodeHello(hello: Omit<Hello, 'version'>, version: number = PROTOCOL_VERSION): Buffer {
  const { pid, name, role, osPid, member, nonce, proof } = hello
  const host = clip(hello.host, MAX_HOST_BYTES)
  const title = clip(hello.title, MAX_TITLE_BYTES)
  return packFields([version, pid, name, role, osPid, host, title, member, nonce ?? null, proof ?? null])
}

/**
 * The version MUST stay the first element of a hello for ever: it is read before anything else is looked at, so
 * that any two versions can tell each other apart.
 *
 * @throws ERR_IPEM_VERSION the other end speaks another version; nothing else of its hello was read
 * @throws ERR_IPEM_PROTOCOL
 */
export function decodeHello(bytes: Buffer, start = 0, end = bytes.length): Hello {
  const reader = new StrictReader(bytes, start, end)
  const fields = reader.array(0xffff)
  if (fields === 0) throw malformed('hello')
  const version = reader.whole()
  if (version !== PROTOCOL_VERSION) throw otherVersion(version)
  if (fields !== HELLO_FIELDS) throw malformed('hello')
  const pid = reader.text(MAX_PID_BYTES)
  const name = reader.text(MAX_NAME_BYTES)
  const role = reader.text(MAX_WORD_BYTES)
  const osPid = reader.whole()
  const host = printable(reader.text(MAX_HOST_BYTES))
  const title = printable(reader.text(MAX_TITLE_BYTES))
  const member = reader.text(MAX_WORD_BYTES)
  const nonce = reader.optional(() => reader.binary(NONCE_BYTES))
  const proof = reader.optional(() => reader.binary(PROOF_BYTES))
  reader.finish()
  if (!isPid(pid) || name === '' || !ROLES.includes(role) || !MEMBERS.includes(member)) throw malformed('hello')
  return { version, pid, name, role: role as HandshakeRole, osPid, host, title, member: member as Member, nonce, proof }
}

/** `[pid, name, [way…]]` */
export function encodeWelcome(welcome: Welcome): Buffer {
  return packFields([welcome.pid, welcome.name, welcome.way])
}

/** @throws ERR_IPEM_PROTOCOL */
export function decodeWelcome(bytes: Buffer, start = 0, end = bytes.length): Welcome {
  const reader = new StrictReader(bytes, start, end)
  if (reader.array(WELCOME_FIELDS) !== WELCOME_FIELDS) throw malformed('welcome')
  const pid = reader.text(MAX_PID_BYTES)
  const name = reader.text(MAX_NAME_BYTES)
  const way = Array.from({ length: reader.array(MAX_HOPS) }, () => reader.text(MAX_PID_BYTES))
  reader.finish()
  if (!isPid(pid) || name === '' || way[0] !== pid || !way.every(isPid) || new Set(way).size !== way.length) {
    throw malformed('welcome')
  }
  return { pid, name, way: Object.freeze(way) }
}

/**
 * `[code, message, name | nil, version | nil]`, the last two those of the process that refuses.
 *
 * This shape is frozen for ever, also for other versions: it is how two processes that have nothing else in
 * common can still say why they part.
 */
export function encodeRefuse(error: IpemError): Buffer {
  const { code, message, ownName, ownVersion } = error
  return packFields([
    code,
    clip(message.slice(0, MAX_MESSAGE_CHARS), MAX_HANDSHAKE_FRAME / 2),
    typeof ownName === 'string' ? ownName : null,
    typeof ownVersion === 'number' ? ownVersion : null,
  ])
}

/**
 * The refusal as an error of this process, with `peerName` and `peerVersion` where they were told. A code that is
 * not in our table counts as ERR_IPEM_PROTOCOL.
 *
 * @throws ERR_IPEM_PROTOCOL the frame itself is malformed
 */
export function decodeRefuse(bytes: Buffer, start = 0, end = bytes.length): IpemError {
  const reader = new StrictReader(bytes, start, end)
  if (reader.array(REFUSE_FIELDS) !== REFUSE_FIELDS) throw malformed('refuse')
  const code = reader.text(MAX_CODE_BYTES)
  const message = printable(reader.text(MAX_HANDSHAKE_FRAME).slice(0, MAX_MESSAGE_CHARS))
  const peerName = reader.optional(() => reader.text(MAX_NAME_BYTES))
  const peerVersion = reader.optional(() => reader.whole())
  reader.finish()
  if (code === 'ERR_IPEM_VERSION' && peerVersion !== undefined) return otherVersion(peerVersion)
  return new IpemError(isKnown(code) ? code : 'ERR_IPEM_PROTOCOL', `Refused by the other end: ${message}`, {
    ...(peerName !== undefined && { peerName }),
    ...(peerVersion !== undefined && { peerVersion }),
  })
}

/** @internal */
export function otherVersion(peerVersion: number): IpemError {
  const message = `This process speaks version ${PROTOCOL_VERSION} of the protocol, the other end version ${peerVersion}`
  return new IpemError('ERR_IPEM_VERSION', message, { ownVersion: PROTOCOL_VERSION, peerVersion })
}

function isKnown(code: string): code is IpemErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}

/** At most `most` bytes of UTF-8, never half a character; lone surrogates, which no peer would take, are replaced. */
function clip(text: string, most: number): string {
  const bytes = Buffer.from(text, 'utf8')
  let end = Math.min(bytes.length, most)
  while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

/** What a stranger sent ends up on terminals and in logs: no control characters, so no escape sequences. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}

function malformed(what: string): IpemError {
  return new IpemError('ERR_IPEM_PROTOCOL', `Expected a well-formed ${what} frame`)
}
