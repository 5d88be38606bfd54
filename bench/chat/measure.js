// One chat from its start to its end, and what was measured meanwhile.

import { readdirSync } from 'node:fs'
import { cpuMicroseconds, groupOf } from '../serve/processes.js'
import { Clients } from './clients.js'
import { endServer, servers, startServer } from './servers.js'

const IN_FLIGHT = 16

const running = new Set()

/** Whatever is being measured ends with this process. */
export function endWithUs() {
  process.on('exit', () => {
    for (const kill of running) kill()
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
}

export async function measure(name, { workers, clientsEach, seconds, warmSeconds }) {
  const server = await startServer(name, { workers, beforeExit: (kill) => running.add(kill) })
  const clients = new Clients(servers[name].dialect)
  try {
    const before = openFiles(server)
    await clients.connect(server.port, workers * clientsEach)
    // The master keeps none.
    const shares = [...openFiles(server)].map(([pid, count]) => count - (before.get(pid) ?? 0)).filter((n) => n > 1)

    await clients.talk({ seconds: warmSeconds, inFlight: 1 })
    const one = await talk(server, clients, { seconds, inFlight: 1 })
    await clients.talk({ seconds: warmSeconds, inFlight: IN_FLIGHT })
    const many = await talk(server, clients, { seconds, inFlight: IN_FLIGHT })
    return {
      'one message at a time: p50, ms': at(one.times, 0.5),
      'one message at a time: p99, ms': at(one.times, 0.99),
      'one message at a time: CPU µs/delivery': one.cpu,
      [`${IN_FLIGHT} in flight: deliveries/s`]: many.deliveries / many.seconds,
      [`${IN_FLIGHT} in flight: CPU µs/delivery`]: many.cpu,
      'most clients of a worker': Math.max(...shares),
    }
  } finally {
    await clients.close()
    await endServer(server)
    running.clear()
  }
}

async function talk(server, clients, phase) {
  const before = cpuMicroseconds(server.pid)
  const result = await clients.talk(phase)
  return { ...result, cpu: (cpuMicroseconds(server.pid) - before) / result.deliveries }
}

const at = (sorted, share) => sorted[Math.floor(sorted.length * share)]

/** How many each process of a server has open. */
function openFiles({ pid: leader }) {
  return new Map(groupOf(leader).map((pid) => [pid, readdirSync(`/proc/${pid}/fd`).length]))
}
