// The result of a chaos, for people.

import type { Counts } from './audit.js'
import type { Result } from './chaos.js'

export function summaryOf({ rounds, made, single, multiple, errors, peakMiB, faults }: Result): string {
  const list = (map: ReadonlyMap<string, number>) => [...map].map(([name, count]) => `${count} × ${name}`).join(', ')
  return [
    `${rounds} rounds; faults: ${list(made) || 'none'}`,
    `events to one: ${countsOf(single)}`,
    `events to all, at each receiver: ${countsOf(multiple)}`,
    `other errors: ${list(errors) || 'none'}; largest process ${peakMiB} MiB`,
    ...(faults.length > 0
      ? ['MUST NOT BE:', ...faults]
      : ['nothing twice, nothing out of order, nothing missing but what a fault took']),
  ].join('\n')
}

const countsOf = ({ sent, arrived, returned, lost }: Counts): string =>
  `${sent} sent = ${arrived} arrived + ${returned} told to the sender + ${lost} taken by a fault`
