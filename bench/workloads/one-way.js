// Parent to child, as fast as it goes.

import { openTree } from '../lib/tree.js'

export async function run(spec) {
  const tree = await openTree({ ...spec, shape: [1] })
  const [sender, receiver] = [tree.member(''), tree.member('0')]
  const flow = async (ms) => {
    await Promise.all([sender.call('begin'), receiver.call('begin')])
    const start = performance.now()
    const sent = await sender.call('pump', { target: receiver.address, ms })
    await receiver.call('counted', sent)
    const seconds = (performance.now() - start) / 1000
    return { sent, seconds, sending: await sender.call('usage'), receiving: await receiver.call('usage') }
  }
  await flow(spec.warmMs)
  const { sent, seconds, sending, receiving } = await flow(spec.ms)
  await tree.close()
  return {
    'events/s': sent / seconds,
    'MB/s': (sent * tree.bytes) / seconds / 1e6,
    'sender µs/event': sending.cpu / sent,
    'receiver µs/event': receiving.cpu / sent,
    'sender peak MB': sending.peak,
    'receiver peak MB': receiving.peak,
  }
}
