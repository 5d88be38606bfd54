// An event that stays in its process: one listener, two arguments.

import { EventEmitter } from 'node:events'
import { nanosecondsOf } from '../lib/nanoseconds.js'

const emitters = {
  async ipem() {
    const { default: ipem } = await import('../../dist/index.js')
    ipem.options({ useSocket: false }).start()
    await new Promise((resolve) => ipem.once('ready', resolve))
    return ipem
  },
  async eventemitter3() {
    const { default: EventEmitter3 } = await import('eventemitter3')
    return new EventEmitter3()
  },
  'node:events': async () => new EventEmitter(),
}

export async function run({ contender, calls }) {
  const emitter = await emitters[contender]()
  let heard = 0
  let sum = 0
  emitter.on('work', (number) => {
    heard++
    sum += number
  })
  const argument = { any: 'object' }
  const { ns, called } = nanosecondsOf(calls, () => emitter.emit('work', 1, argument))
  if (heard !== called || sum !== called) throw new Error(`Heard ${heard} of ${called}`)
  return { 'ns/emit': ns }
}
