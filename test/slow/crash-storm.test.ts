// What children cost that crash as soon as they run.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../integration/puppets.js'
import { folderFor, startIpem } from '../integration/stage.js'

const CHILDREN = 100
const WINDOW_MS = 30_000

/** Linux counts in hundredths of a second, for us and for all children that were waited for. */
function cpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number)
  return 10 * (Number(user) + Number(system) + Number(childrenUser) + Number(childrenSystem))
}

const skip = process.platform === 'linux' ? false : 'counts CPU time by /proc'

it('100 children that crash at once cost less than a tenth of a core over 30 s, and all come back', {
  skip,
}, async (t) => {
  const script = path.join(folderFor(t), 'crash.cjs')
  writeFileSync(script, 'process.exit(1)')
  const ipem = await startIpem(t, { restart: true })
  let ends = 0
  const children = Array.from({ length: CHILDREN }, () => ipem.fork(script).on('exit', () => void ends++))
  await until('the first end of all', () => ends >= CHILDREN, 60_000)
  const [before, endsBefore] = [cpuMs(), ends]
  await delay(WINDOW_MS)
  const percent = ((cpuMs() - before) / WINDOW_MS) * 100
  t.diagnostic(`${percent.toFixed(1)} % of a core for ${ends - endsBefore} restarts in 30 s`)
  assert.ok(percent <= 10, `${percent} % of a core`)
  assert.ok(ends - endsBefore >= 20, `only ${ends - endsBefore} restarts`)
  await Promise.all(children.map((child) => child.stop()))
  const ended = ends
  await ipem.close()
  assert.equal(ends, ended, 'nothing was started after stop()')
})
