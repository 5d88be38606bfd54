// Medians, their spread, and ratios of runs that stood side by side.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `{ median, min, max }` of one figure over several runs. */
export function summarize(runs, figure) {
  const numbers = runs.map((run) => run[figure])
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) }
}

/** The median of the ratios of runs that stood side by side: a machine that is busy is busy for both. */
export function pairedRatio(runs, others, figure) {
  const pairs = Math.min(runs.length, others.length)
  return median(runs.slice(0, pairs).map((run, index) => run[figure] / others[index][figure]))
}

/** Rates are better high; times, bytes and frames are better low. */
export const higherIsBetter = (figure) => figure.endsWith('/s')
