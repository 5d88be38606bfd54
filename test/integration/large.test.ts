import assert from 'node:assert/strict'
import { it } from 'node:test'
import { until } from './puppets.js'
import { forkRemote, type RemoteFunction } from './remote.js'
import { startIpem } from './stage.js'

const COUNT = 300

const listen: RemoteFunction<void> = (ipem, state, slow) => {
  state.got = 0
  state.wrong = ''
  ipem.on('large', (...args) => {
    const [n, size, bytes] = args as [number, number, Buffer]
    const byte = n & 0xff
    if (bytes.length !== size || !bytes.every((each) => each === byte)) state.wrong ||= `${n} is not what was sent`
    state.got++
    for (const end = performance.now() + slow; performance.now() < end; );
  })
}

it('hundreds of large Buffers, to one and to several, fast and slow, arrive each with its own bytes', async (t) => {
  const ipem = await startIpem(t)
  const remotes = await Promise.all([0, 5, 20].map(async (slow) => [await forkRemote(ipem), slow] as const))
  for (const [remote, slow] of remotes) await remote.run(listen, slow)
  const one = Buffer.alloc(1_000_000)
  const expected = remotes.map(() => 0)
  for (let n = 0; n < COUNT; n++) {
    const size = 1 + ((n * 7919) % one.length)
    // The sender's own memory is written over right after the call.
    const bytes = one.subarray(0, size).fill(n & 0xff)
    if (n % 4 === 3) ipem.broadcast('large', n, size, bytes)
    else ipem.sendTo(remotes[n % 4]?.[0].pid as string, 'large', n, size, bytes)
    for (const index of expected.keys())
      if (n % 4 === 3 || n % 4 === index) expected[index] = (expected[index] ?? 0) + 1
    one.fill(0xee)
    if (ipem.writableNeedDrain) await new Promise<void>((resolve) => ipem.once('drain', () => resolve()))
  }
  for (const [index, [remote]] of remotes.entries()) {
    await until('all of them', async () => (await remote.run((_, state) => state.got)) >= (expected[index] as number))
    assert.deepEqual(await remote.run((_, { got, wrong }) => [got, wrong]), [expected[index], ''])
  }
})
