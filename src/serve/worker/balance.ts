// Which worker a new connection should go to: a pure decision over what the workers have told each other.
//
// All workers accept from one socket, so who wakes first gets most: cheap, and nothing is lost when one leaves, but
// connections that live long end up where they started. So a worker that has more than its share passes a new one on.
// For connections of one request that would cost more than it helps, and it is not done where they are the rule.

/** What a worker tells the others. */
export interface LoadFacts {
  /** Open connections. */
  readonly total: number
  /** Of these, the ones that were open for a while. */
  readonly aged: number
}

export interface OwnLoad extends LoadFacts {
  /** The share of its connections that live long, 0–1, the last ones counting most. */
  readonly longShare: number
}

/** Below this share most connections are gone before passing them on has paid. */
const SHORT_LIVED = 0.2

/** One apart is balanced. */
const APART = 2

/**
 * @param own with the new connection
 * @param others by their pids
 * @returns the pid of who should have it, null to keep it
 */
export function passTo(own: OwnLoad, others: ReadonlyMap<string, LoadFacts>): string | null {
  const key = own.longShare < SHORT_LIVED ? 'aged' : 'total'
  let least: string | null = null
  let fewest = own[key] - APART
  for (const [pid, load] of others) {
    if (load[key] > fewest) continue
    // Of equals the one that comes first: its count is raised at once, and then it is another one's turn.
    if (least !== null && load[key] === fewest) continue
    least = pid
    fewest = load[key]
  }
  return least
}
