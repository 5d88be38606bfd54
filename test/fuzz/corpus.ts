// Bytes to begin with, from which a fuzzer goes on, and those that once broke something.

import fs from 'node:fs'
import path from 'node:path'
import { IpemError } from '../../src/errors.js'
import { encodeFrame, FrameKind } from '../../src/wire/frame.js'
import { encodeHello, encodeRefuse, encodeWelcome } from '../../src/wire/handshake.js'
import { encodeHeader, headerFrameBody } from '../../src/wire/headers.js'
import { encodePayload } from '../../src/wire/payload.js'
import { encodeInterest, encodeTopology } from '../../src/wire/tree-frames.js'
import { pidOf } from '../bus/simulated-tree.js'

export const corpusFolder = path.resolve('test', 'fuzz', 'corpus')

const LIAR = pidOf(666)
const OTHER = pidOf(300)

const hello = (role: 'dialer' | 'listener' | 'child', secrets: { nonce?: Buffer; proof?: Buffer } = {}): Buffer =>
  encodeHello({
    pid: LIAR,
    name: 'app',
    osPid: 1,
    host: 'there',
    title: 'stranger',
    member: 'socket',
    role,
    ...secrets,
  })

const process = { pid: OTHER, osPid: 300, host: 'there', role: 'fork', title: 'x' } as const

const header = (id: number, pids: string[], more: object = {}): Buffer =>
  headerFrameBody(id, encodeHeader({ type: 7, event: 'ev', pids, to: null, route: null, ...more }))

/** Bodies of all kinds, right and wrong. */
const bodies: [kind: FrameKind, body: Buffer][] = [
  [FrameKind.hello, hello('child')],
  [FrameKind.hello, hello('dialer', { nonce: Buffer.alloc(16, 1) })],
  [FrameKind.hello, hello('dialer', { proof: Buffer.alloc(32, 2) })],
  [FrameKind.hello, hello('listener', { nonce: Buffer.alloc(16, 1), proof: Buffer.alloc(32, 2) })],
  [FrameKind.welcome, encodeWelcome({ pid: LIAR, name: 'app', way: [LIAR, OTHER] })],
  [FrameKind.refuse, encodeRefuse(new IpemError('ERR_IPEM_AUTH', 'no'))],
  [FrameKind.topology, encodeTopology({ what: 'online', pids: [OTHER, LIAR], process, parent: LIAR })],
  [FrameKind.topology, encodeTopology({ what: 'way', way: [LIAR] })],
  [
    FrameKind.topology,
    encodeTopology({ what: 'offline', pids: [LIAR], pid: OTHER, info: { code: 1, signal: null, reason: 'exit' } }),
  ],
  [FrameKind.header, header(0, [LIAR])],
  [FrameKind.header, header(1, [OTHER, LIAR], { type: 6, to: pidOf(1), route: [pidOf(1)] })],
  [FrameKind.header, header(2, [LIAR], { type: 8, event: 'ask', to: pidOf(4), route: [] })],
  [FrameKind.header, header(3, [LIAR], { type: 10, event: '', to: pidOf(1), route: [] })],
  [FrameKind.event, Buffer.concat([Buffer.from([0, 0]), encodePayload(['hello', 1], 1000)])],
  [FrameKind.event, Buffer.concat([Buffer.from([2, 5]), encodePayload([{ id: 1 }], 1000)])],
  [FrameKind.interest, encodeInterest({ add: ['ev', 'online'], remove: ['other'] })],
  [FrameKind.ping, Buffer.alloc(0)],
  [FrameKind.bye, Buffer.alloc(0)],
]

const cyclic: unknown[] = [new Map([['a', new Set([1])]])]
cyclic.push(cyclic)

const values: unknown[][] = [
  [],
  [1, -1, 0.5, 2 ** 40, 10n, 2n ** 70n, true, null, undefined, 'text', 'ünï'],
  [{ id: 1, tags: ['a', 'b'], nested: { deep: [[]] } }, Buffer.from('bytes')],
  [new Date(0), new Map([[1, 2]]), new Set(['x']), /a/g, new Uint16Array([1, 2]), new DataView(new ArrayBuffer(3))],
  [new Error('broken', { cause: new TypeError('inner') }), Object('boxed')],
  cyclic,
]

const asStep = ([kind, body]: [FrameKind, Buffer]): Buffer => {
  const part = body.subarray(0, 255)
  return Buffer.concat([Buffer.from([kind - 1, part.length]), part])
}

/** For each target, what a real process would say, whole and in parts. */
export const seeds: Record<string, Buffer[]> = {
  frames: [1, 7, 255].map((size) =>
    Buffer.concat([Buffer.from([size]), ...bodies.map(([kind, body]) => encodeFrame(kind, body))]),
  ),
  handshake: bodies.flatMap(([kind, body]) =>
    [0, 1].map((end) => Buffer.concat([Buffer.from([end]), encodeFrame(kind, body)])),
  ),
  payload: values.map((args) => encodePayload(args, 100_000)),
  tree: [Buffer.concat(bodies.slice(6).map(asStep)), ...bodies.map(asStep)],
}

/** Those in the folder of a target: found once, kept for ever. */
export function kept(target: string): Map<string, Buffer> {
  const folder = path.join(corpusFolder, target)
  if (!fs.existsSync(folder)) return new Map()
  return new Map(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name))]))
}
