// A broadcast of an event that nobody listens to, in a process with a child.

import ipem from '../../dist/index.js'
import { nanosecondsOf } from '../lib/nanoseconds.js'
import { openTree } from '../lib/tree.js'
import { makeValue } from '../lib/values.js'

export async function run(spec) {
  const tree = await openTree({ ...spec, shape: [1] })
  const value = makeValue(spec.value)
  const { ns } = nanosecondsOf(spec.calls, () => ipem.broadcast('nobody', value))
  await tree.close()
  return { 'ns/broadcast': ns }
}
