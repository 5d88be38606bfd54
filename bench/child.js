// The other side of every work: counts, echoes, or sends to a sibling, as its parent says.
import { cpuWatch, pump } from './lib/cpu.js'

const { child } = await import(`./adapters/${process.env.BENCH_ADAPTER}.js`)
const channel = child()

let expected = 0
let received = 0
let echo = false
let cpu = cpuWatch()

channel.onMessage((value) => {
  const order = value?.order
  if (order === undefined) {
    if (echo) channel.send(value)
    else if (++received === expected) channel.send({ report: 'received', cpu: cpu() })
  } else if (order === 'count') {
    expected = value.count
    received = 0
    cpu = cpuWatch()
    channel.send({ report: 'counting' })
  } else if (order === 'echo') {
    echo = true
    channel.send({ report: 'echoing' })
  } else if (order === 'send-to-sibling') {
    pump(channel, value.count, () => channel.sendTo(value.sibling, value.value))
  }
})
