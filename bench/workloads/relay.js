// From one process to another that is neither its parent nor its child: rate and CPU of all relays between, then the
// time of a round trip.

import { openTree } from '../lib/tree.js'

export async function run(spec) {
  const { from, to, relays, samples, warmUp } = spec
  const tree = await openTree({ ...spec, relay: true })
  const [sender, receiver] = [tree.member(from), tree.member(to)]
  const between = relays.map((path) => tree.member(path))
  const flow = async (ms) => {
    await Promise.all([sender, receiver, ...between].map((member) => member.call('begin')))
    const start = performance.now()
    const sent = await sender.call('pump', { target: receiver.address, ms })
    await receiver.call('counted', sent)
    const seconds = (performance.now() - start) / 1000
    const usages = await Promise.all(between.map((member) => member.call('usage')))
    return { sent, seconds, cpu: usages.reduce((sum, { cpu }) => sum + cpu, 0) }
  }
  await flow(spec.warmMs)
  const { sent, seconds, cpu } = await flow(spec.ms)
  await receiver.call('echo', { target: sender.address })
  const { p50 } = await sender.call('ping', { target: receiver.address, samples, warmUp, inFlight: 1 })
  await tree.close()
  return { 'events/s': sent / seconds, 'relay µs/event': cpu / sent, 'round trip p50 µs': p50 }
}
