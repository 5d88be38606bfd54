// What a process has used: CPU time of all its threads, and memory.

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** A function that returns the microseconds of CPU since now. */
export function cpuWatch() {
  const start = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(start)
    return user + system
  }
}

/** The most memory this process has had resident, in MB. */
export function peakMegabytes() {
  // Linux counts what the forking parent had into a child's maxRSS; VmHWM is the process's own.
  return statusOf('self', 'VmHWM') ?? process.resourceUsage().maxRSS / 1024
}

/** What a process has resident now, in MB; NaN where there is no /proc. */
export const residentMegabytes = (pid) => statusOf(pid, 'VmRSS') ?? Number.NaN

/** Bytes this process holds, after what it does not need is gone. */
export async function heldBytes() {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc')
  // Twice, and a turn of the event loop between: memory of buffers is given back late.
  collectGarbage()
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function statusOf(pid, field) {
  try {
    const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+)`)) ?? []
    return kilobytes === undefined ? null : Number(kilobytes) / 1024
  } catch {
    return null
  }
}
