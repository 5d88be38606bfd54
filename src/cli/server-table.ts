// What `ipem ps` prints for people. Pure.

import type { ListedServer, ServerStatus } from '../serve/index.js'

const HEAD = ['PID', 'WHAT', 'STATE', 'CODE', 'UPTIME', 'MEMORY', 'ADDRESS', 'APP']

/** A line for each master and each of its workers, in columns. CODE counts the reloads. */
export function serverTable(servers: readonly ListedServer[]): string {
  return aligned([HEAD, ...servers.flatMap(rowsOf)])
}

function rowsOf(server: ListedServer): string[][] {
  if (!server.answers) return [[String(server.pid), 'master', 'no answer', '', '', '', server.reason]]
  const { pid, state, old, generation, uptimeS, addresses, app, wantedWorkers, workers } = server
  const serving = workers.filter((worker) => worker.state === 'ready').length
  const what = `master, ${serving} of ${wantedWorkers}`
  const where = addresses.join(', ')
  return [
    [String(pid), what, old ? `${state}, old` : state, String(generation), duration(uptimeS), '', where, app],
    ...workers.map(workerRow),
  ]
}

function workerRow({ id, osPid, state, generation, uptimeS, rssBytes }: ServerStatus['workers'][number]): string[] {
  const memory = rssBytes === undefined ? '' : `${Math.round(rssBytes / 2 ** 20)} MiB`
  return [String(osPid ?? ''), `worker ${id}`, state, String(generation), duration(uptimeS), memory]
}

/** The two largest units: `3d 4h`, `5m 6s`, `7s`. */
export function duration(seconds: number): string {
  const total = Math.floor(seconds)
  const parts = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) =>
    // The last one of a line pushes nobody aside.
    Math.max(...rows.map((row) => (column < row.length - 1 ? (row[column]?.length ?? 0) : 0))),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
