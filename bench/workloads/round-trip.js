// There and back, `inFlight` at a time.

import { openTree } from '../lib/tree.js'

export async function run(spec) {
  const tree = await openTree({ ...spec, shape: [1] })
  const [parent, child] = [tree.member(''), tree.member('0')]
  const { samples, warmUp, inFlight } = spec
  await child.call('echo', { target: 'up' })
  const { p50, p99, rate } = await parent.call('ping', { target: child.address, samples, warmUp, inFlight })
  await tree.close()
  return { 'p50 µs': p50, 'p99 µs': p99, 'events/s': rate }
}
