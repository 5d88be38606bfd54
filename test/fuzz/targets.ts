// What bytes of others go through, each as a function of bytes that throws where something is wrong. A fuzzer looks for
// bytes that make it throw, hang, or take memory without end.

import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { IpemError } from '../../src/errors.js'
import { type FrameKind, FrameReader } from '../../src/wire/frame.js'
import { DialerHandshake, ListenerHandshake } from '../../src/wire/handshake-machine.js'
import { decodePayload, encodePayload } from '../../src/wire/payload.js'
import { Attacker } from '../bus/attacker.js'
import { pidOf, SimulatedTree } from '../bus/simulated-tree.js'
import { TreeModel } from '../bus/tree-model.js'

/** Answers how it ended, in a few words. */
export type Target = (data: Buffer) => string | Promise<string>

const MAX_FRAME = 65_536
const MAX_PAYLOAD = 16 * 1024 * 1024

/** Of those errors that tell the other side what it did wrong. */
function assertRefusal(error: unknown): void {
  if (!(error instanceof IpemError)) throw error
  assert.match(error.code, /^ERR_IPEM_(PROTOCOL|VERSION|AUTH|FOREIGN|RING|DUPLICATE_PID|HANDSHAKE)$/)
}

/** A stream in pieces of the size of the first byte: the same frames as in one piece, or the same refusal. */
function frames(data: Buffer): string {
  const size = (data[0] ?? 0) + 1
  const stream = data.subarray(1)
  const pieces: Buffer[] = []
  for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size))
  const whole = readAll([stream])
  assert.deepEqual(readAll(pieces), whole)
  return `${whole.found.map((frame) => frame.split(' ')[0])} ${whole.refused}`
}

function readAll(pieces: readonly Buffer[]): { found: string[]; refused: string | null } {
  const found: string[] = []
  const reader = new FrameReader(MAX_FRAME, (kind, bytes, start, end) => {
    found.push(`${kind} ${bytes.toString('hex', start, end)}`)
  })
  try {
    for (const piece of pieces) reader.push(piece)
  } catch (error) {
    assertRefusal(error)
    return { found, refused: (error as Error).message }
  }
  return { found, refused: null }
}

const self = { pid: pidOf(1), name: 'app', osPid: 1, host: 'here', title: 'self', member: 'socket' } as const

/** Frames of a stranger, to either end of a handshake: never an exception, and never let in. */
function handshake(data: Buffer): string {
  const nonce = Buffer.alloc(16, 7)
  const options = { self, cookie: Buffer.from('a cookie that nobody knows'), nonce }
  const end = (data[0] ?? 0) % 2 === 0 ? new ListenerHandshake(options) : new DialerHandshake(options)
  end.start()
  let ended = ''
  const reader = new FrameReader(4096, (kind, bytes, start, stop) => {
    if (ended !== '') return
    const step = end.onFrame(kind, bytes, start, stop)
    assert.equal(step.done, undefined, 'a stranger came in')
    ended = String(step.refuse ?? step.refused ?? '')
  })
  try {
    reader.push(data.subarray(1))
  } catch (error) {
    assertRefusal(error)
    return String(error)
  }
  return ended
}

/** A payload that can be read can be written, and is the same then. */
function payload(data: Buffer): string {
  let args: unknown[]
  try {
    args = decodePayload(data, 0, data.length)
  } catch (error) {
    assertRefusal(error)
    return String((error as Error).cause)
  }
  assert.equal(Object.getPrototypeOf({}), Object.prototype)
  const again = decode(encodePayload(args, MAX_PAYLOAD))
  assert.ok(isDeepStrictEqual(again, args), 'it is not the same any more')
  const third = decode(encodePayload(again, MAX_PAYLOAD))
  assert.ok(isDeepStrictEqual(third, args), 'it changes each time')
  return shapeOf(args)
}

/** The kinds of what is in it, down to some depth. */
function shapeOf(value: unknown, depth = 3): string {
  const name = Object.prototype.toString.call(value)
  return Array.isArray(value) && depth > 0 ? `[${value.slice(0, 4).map((each) => shapeOf(each, depth - 1))}]` : name
}

const decode = (bytes: Buffer): unknown[] => decodePayload(bytes, 0, bytes.length)

/**
 * Frames of a member that lies, as `kind, length, body` each: at most that member is cut off. All others know who is
 * there, nobody gets a message in the name of somebody else, and when the liar is gone everything is as before.
 */
async function tree(data: Buffer): Promise<string> {
  const tree = new SimulatedTree({ maxFrame: MAX_FRAME, maxPayload: MAX_FRAME })
  const top = tree.add()
  const [victim, sibling] = [tree.addBelow(top), tree.addBelow(top)]
  const below = tree.addBelow(victim)
  for (const process of tree.processes) process.on('ev', 'online', 'offline')
  await tree.settle()
  const liar = Attacker.below(tree, victim).join(victim)
  for (let at = 0; at + 2 <= data.length; ) {
    const kind = (((data[at] as number) % 10) + 1) as FrameKind
    const length = data[at + 1] as number
    liar.send(kind, data.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  await tree.settle()
  for (const process of tree.processes) {
    for (const { from, pids, type } of process.received) {
      const isHonest = from === liar.pid || !tree.processes.some(({ pid }) => pid === from)
      assert.ok(isHonest && pids[0] === from && pids.at(-1) === process.pid, `${from} is forged in type ${type}`)
    }
    process.received.length = 0
  }
  liar.leave()
  await tree.settle()
  TreeModel.of(tree.processes).assertKnowledge()
  sibling.multicast('broadcast', 'ev', 'still here')
  await tree.settle()
  for (const process of [top, victim, below]) assert.equal(process.received.length, 1, 'somebody is cut off')
  return `${liar.refusal?.message} ${liar.kinds()}`
}

export const targets: Record<string, Target> = { frames, handshake, payload, tree }
