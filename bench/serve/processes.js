// Looks at other processes: who belongs to a group, and how much CPU time they have used. Linux only.

import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second of /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICKS = 100

export function groupOf(leader) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.group === leader)
}

/** A zombie has ended. */
export const alive = (pid) => !['Z', 'X', undefined].includes(statOf(pid)?.state)

/** Microseconds of CPU that a group of processes has used until now, those that still live. */
export function cpuMicroseconds(leader) {
  return groupOf(leader).reduce((sum, pid) => sum + (statOf(pid)?.ticks ?? 0), 0) * (1_000_000 / TICKS)
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name before it may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
