// Asking a child and waiting for its answer: one at a time, then `inFlight` at a time.

import { openTree } from '../lib/tree.js'

export async function run(spec) {
  const tree = await openTree({ ...spec, shape: [1] })
  const [parent, child] = [tree.member(''), tree.member('0')]
  const { samples, warmUp, inFlight } = spec
  await child.call('answer')
  const ask = (inFlight) => parent.call('ask', { target: child.address, samples, warmUp, inFlight })
  const { p50, p99 } = await ask(1)
  const { rate } = await ask(inFlight)
  await tree.close()
  return { 'requests/s': rate, 'p50 µs': p50, 'p99 µs': p99 }
}
