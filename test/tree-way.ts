// The way between two members of a tree, from the ways that lead up from each of them.

/** Both lists begin with the member itself. Undefined where the two never meet. */
export function joinWays<T>(up: readonly T[], down: readonly T[]): T[] | undefined {
  const meeting = up.find((member) => down.includes(member))
  if (meeting === undefined) return undefined
  return [...up.slice(0, up.indexOf(meeting) + 1), ...down.slice(0, down.indexOf(meeting)).reverse()]
}
