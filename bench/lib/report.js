// The results as Markdown.

import { cpus } from 'node:os'
import { pairedRatio, summarize } from './statistics.js'

export function facts() {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: `${cpus().length} × ${cpus()[0]?.model.trim() || 'unknown'}`,
  }
}

/** One table for each work: a row for each contender, the control last. */
export function toMarkdown({ facts, works }) {
  const lines = [
    '# Benchmarks',
    '',
    `${facts.date}, Node ${facts.node}, ${facts.platform}, ${facts.cpus}. Written by \`npm run bench\`.`,
    '',
    'Each figure is the median of alternating runs with the lowest and the highest in brackets. The ratio is the',
    'median of run by run ipem ÷ the row, so that a machine that is busy for a while is busy for both.',
    '',
  ]
  for (const { title, contenders } of works) {
    const [first, ...others] = contenders
    const figures = Object.keys(first.runs[0])
    lines.push(`## ${title}`, '', `| | ${figures.join(' | ')} |`, `|---|${figures.map(() => '---').join('|')}|`)
    for (const { title, runs } of contenders) {
      const summary = summarize(runs)
      lines.push(`| ${title} | ${figures.map((figure) => cell(summary[figure])).join(' | ')} |`)
    }
    for (const other of others) {
      const ratios = figures.map((figure) => `${pairedRatio(first.runs, other.runs, figure).toFixed(2)} ×`)
      lines.push(`| ${first.title} ÷ ${other.title} | ${ratios.join(' | ')} |`)
    }
    lines.push('')
  }
  return `${lines.join('\n')}`
}

function cell({ median, min, max }) {
  return `${short(median)} (${short(min)}–${short(max)})`
}

function short(number) {
  if (number >= 10_000) return `${Math.round(number / 1000).toLocaleString('en-US')} k`
  return number >= 100 ? number.toFixed(0) : number.toPrecision(3)
}
