// What the demo prints: lines as it goes, tables, a verdict. Coloured on a terminal only.

import process from 'node:process'

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR
const paint = (code) => (text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text)

export const bold = paint(1)
export const dim = paint(2)
export const red = paint(31)
export const green = paint(32)
export const cyan = paint(36)

const start = performance.now()

/** A line of progress. */
export function tell(text) {
  console.log(`${dim(`${((performance.now() - start) / 1000).toFixed(2).padStart(6)} s`)}  ${text}`)
}

export function title(text) {
  console.log(`\n${bold(text)}`)
}

export function indent(text) {
  console.log(text.replace(/^/gm, '  '))
}

/** @param rows the first is the head; so many columns stand left, the others right */
export function table(rows, leftColumns) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell, column) => String(cell)[column < leftColumns ? 'padEnd' : 'padStart'](widths[column]))
    const line = cells.join('  ').trimEnd()
    indent(index === 0 ? dim(line) : line)
  }
}

/** One line of the verdict. */
export function verdict(ok, text, faults = []) {
  console.log(`  ${ok ? green('✓') : red('✗')} ${text}`)
  for (const fault of faults.slice(0, 10)) console.log(red(`      ${fault}`))
  if (faults.length > 10) console.log(red(`      and ${faults.length - 10} more`))
}
