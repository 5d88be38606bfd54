// All children to their parent at once; then the round trips of one of them, the others quiet.

import { openTree } from '../lib/tree.js'

export async function run(spec) {
  const { children, samples, warmUp } = spec
  const tree = await openTree({ ...spec, shape: [children] })
  const parent = tree.member('')
  const senders = Array.from({ length: children }, (_, index) => tree.member(`${index}`))
  const flow = async (ms) => {
    await parent.call('begin')
    const start = performance.now()
    const counts = await Promise.all(senders.map((each) => each.call('pump', { target: 'up', ms })))
    const sent = counts.reduce((sum, count) => sum + count, 0)
    await parent.call('counted', sent)
    return { sent, seconds: (performance.now() - start) / 1000, cpu: (await parent.call('usage')).cpu }
  }
  await flow(spec.warmMs)
  const { sent, seconds, cpu } = await flow(spec.ms)
  await parent.call('echo', { target: senders[0].address })
  const { p50 } = await senders[0].call('ping', { target: 'up', samples, warmUp, inFlight: 1 })
  await tree.close()
  return { 'events/s': sent / seconds, 'parent µs/event': cpu / sent, 'round trip p50 µs': p50 }
}
