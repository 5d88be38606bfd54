// One message to many children, of whom all or only one listen.

import { openTree } from '../lib/tree.js'

/** In socket.io's cluster adapter only workers send: one more of them, and the primary relays. */
const sendsFromWorker = (adapter) => adapter === 'socket-io'

export async function run(spec) {
  const extra = sendsFromWorker(spec.adapter) ? 1 : 0
  const paths = Array.from({ length: spec.children }, (_, index) => `${index + extra}`)
  const listening = paths.slice(0, spec.listening)
  const tree = await openTree({ ...spec, shape: [spec.children + extra], deaf: paths.slice(spec.listening) })
  const senders = (extra === 1 ? ['0', ''] : ['']).map((path) => tree.member(path))
  const receivers = listening.map((path) => tree.member(path))
  const flow = async (ms) => {
    await Promise.all([...senders, ...receivers].map((member) => member.call('begin')))
    const start = performance.now()
    const sent = await senders[0].call('pump', { target: 'all', ms })
    await Promise.all(receivers.map((each) => each.call('counted', sent)))
    const seconds = (performance.now() - start) / 1000
    const usages = await Promise.all(senders.map((member) => member.call('usage')))
    return { sent, seconds, cpu: usages.reduce((sum, { cpu }) => sum + cpu, 0) }
  }
  await flow(spec.warmMs)
  const { sent, seconds, cpu } = await flow(spec.ms)
  await tree.close()
  return { 'deliveries/s': (sent * receivers.length) / seconds, 'sender µs/broadcast': cpu / sent }
}
