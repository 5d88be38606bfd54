// Results as Markdown: a section for each Node version, a table for each work, and how far ipem reaches.

import { reach } from './reach.js'
import { pairedRatio, summarize } from './statistics.js'

/** `all`: results of one run each, of different Node versions. */
export function toPage(all) {
  return ['# Benchmarks', '', ...intro, '', ...all.flatMap((results) => toSection(results)), '']
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n+$/, '\n')
}

const intro = [
  'Written by `npm run bench`, which says with `--help` how to get the peers it measures beside ipem.',
  '',
  'Figures are the median of runs in turn (A B A B …) with the lowest and the highest in brackets; each run is made by',
  'processes of its own, and what it sends at first is not counted. The last column is ipem ÷ the row for the first',
  'figure, as the median over pairs of runs that stood side by side, so that a machine that is busy for a while is busy',
  'for both. Every event is counted where it arrives: a run that loses one fails.',
  '',
  '- **process.send** is what Node has, and the control of every table. With JSON a Buffer goes as base64.',
  '- **bare pipe** is one more stdio pipe with frames of the same length that nobody encodes or decodes: the limit.',
  '- **framed pipe** is that with the value in the frame, by JSON, `node:v8` or as the bytes of a copy, and nothing else.',
  '- **node-ipc** over a Unix socket, not logging. **zeromq** as PAIR over `ipc://`, JSON for objects and raw bytes for',
  '  Buffers. **axon** as push and pull over Unix sockets. **NATS** with a server on loopback, whose CPU time is not in',
  '  the figures; the receiver confirms batches, as the server drops who falls behind.',
  '- An object with a Map and a Date goes through `node:v8` where a peer takes bytes.',
  '- Of **socket.io** one worker of a cluster sends and the primary relays; the CPU time is that of both.',
  '- Asking has a timeout everywhere: those of ipem and birpc are their defaults.',
]

export function toSection(results) {
  const { date, node, platform, cpus, runs, versions } = results.facts
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `## Node ${node.slice(1)}`,
    '',
    `${date}, ${platform}, ${cpus}, ${runs} run${runs === 1 ? '' : 's'} of each. ${list.join(' · ')}.`,
    '',
    ...results.works.flatMap(toTable),
    ...toReach(results),
  ]
}

function toTable({ title, contenders }) {
  const own = contenders.find(({ name }) => name === 'ipem')
  const figures = Object.keys(contenders.find(({ runs }) => runs.length > 0)?.runs[0] ?? {})
  const compared = contenders.length > 1 && figures.length > 0
  const head = ['', ...figures, ...(compared ? [`ipem ÷ it, ${figures[0]}`] : [])]
  const rows = contenders.map(({ name, runs, note }) => {
    if (runs.length === 0) return [name, `not measured: ${note}`]
    const ratio = name === 'ipem' || own.runs.length === 0 ? '' : `${ratioOf(own.runs, runs, figures[0])} ×`
    const marked = name === 'ipem' ? '**ipem**' : name
    return [marked, ...figures.map((figure) => cell(summarize(runs, figure))), ...(compared ? [ratio] : [])]
  })
  const filled = rows.map((row) => [...row, ...Array(head.length - row.length).fill('')])
  const alignment = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [`### ${title}`, '', line(head), line(alignment), ...filled.map(line), '']
}

function toReach(results) {
  const rows = reach(results).map(({ what, target, measured, reached }) => [
    what,
    target,
    measured,
    reached === null ? '' : reached ? 'reached' : '**missed**',
  ])
  return [
    `### Reach, Node ${results.facts.node.slice(1)}`,
    '',
    line(['', 'aimed at', 'measured', '']),
    line(['---', '---', '---:', '---']),
    ...rows.map(line),
    '',
  ]
}

const line = (cells) => `| ${cells.join(' | ')} |`

const ratioOf = (own, other, figure) => {
  const ratio = pairedRatio(own, other, figure)
  return ratio >= 0.1 ? ratio.toFixed(2) : ratio.toPrecision(2)
}

const cell = ({ median, min, max }) => (min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`)

export function short(number) {
  if (!Number.isFinite(number)) return '–'
  if (number >= 1_000_000) return `${(number / 1_000_000).toPrecision(3)} M`
  if (number >= 10_000) return `${Math.round(number / 1000)} k`
  return number >= 100 || Number.isInteger(number) ? number.toFixed(0) : number.toPrecision(3)
}
