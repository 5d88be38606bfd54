// Says what moved between two results beyond noise: ranges that do not overlap, and medians that differ by more than 5 %.
//
//   npm run bench:compare OLD.json NEW.json

import { readFileSync } from 'node:fs'
import { short } from './lib/markdown.js'
import { higherIsBetter, summarize } from './lib/statistics.js'

const NOISE = 0.05

const files = process.argv.slice(2)
if (files.length !== 2) {
  console.error('Usage: npm run bench:compare OLD.json NEW.json')
  process.exit(1)
}
const [old, now] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
for (const { facts } of [old, now]) console.log(`${facts.date}, Node ${facts.node}, ${facts.cpus}, ${facts.runs} runs`)
const rows = now.works.flatMap((work) =>
  compareWork(
    old.works.find(({ id }) => id === work.id),
    work,
  ),
)
const moved = rows.filter(({ verdict }) => verdict !== null)
for (const { text, verdict } of moved) console.log(`${verdict.padEnd(6)} ${text}`)
console.log(`${moved.length} of ${rows.length} figures moved beyond noise`)

function compareWork(before, after) {
  return after.contenders.flatMap(({ name, runs }) => {
    const former = before?.contenders.find((each) => each.name === name)?.runs ?? []
    if (runs.length === 0 || former.length === 0) return []
    return Object.keys(runs[0])
      .filter((figure) => figure in former[0])
      .map((figure) => compareFigure(`${after.title}, ${name}`, figure, former, runs))
  })
}

function compareFigure(what, figure, former, runs) {
  const [a, b] = [summarize(former, figure), summarize(runs, figure)]
  const ratio = b.median / a.median
  const apart = b.min > a.max || b.max < a.min
  const text = `${what}: ${figure} ${short(a.median)} → ${short(b.median)} (${ratio.toFixed(2)} ×)`
  if (!apart || Math.abs(ratio - 1) <= NOISE) return { text, verdict: null }
  return { text, verdict: ratio > 1 === higherIsBetter(figure) ? 'better' : 'worse' }
}
