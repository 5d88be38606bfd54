// Medians and their spread.

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `{ median, min, max }` of each figure over several runs. */
export function summarize(runs) {
  const summary = {}
  for (const figure of Object.keys(runs[0] ?? {})) {
    const numbers = runs.map((run) => run[figure])
    summary[figure] = { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) }
  }
  return summary
}

/** The median of the ratios of runs that stood side by side. */
export function pairedRatio(runs, controls, figure) {
  return median(runs.map((run, index) => run[figure] / controls[index][figure]))
}
