// Which worker a client belongs to: a pure function of what is known of the client and of the workers that are there.

/** How clients are told apart. */
export type Sticky = 'ip' | { readonly header: string } | { readonly cookie: string }

/**
 * Rendezvous hashing: each worker has a number of its own for each client, the highest one has it. When a worker comes or
 * goes only its own clients move.
 *
 * @param slots at least one
 */
export function slotFor(client: string, slots: readonly number[]): number {
  let best = slots[0] ?? 0
  let highest = -1
  for (const slot of slots) {
    const score = hash(`${client}\n${slot}`)
    if (score <= highest) continue
    highest = score
    best = slot
  }
  return best
}

/** 32 bits, well mixed: FNV-1a and the finisher of MurmurHash3. Source: both are in the public domain. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** Who sends a request, by its head; null where it does not say so. */
export function clientOf(head: string, sticky: Exclude<Sticky, 'ip'>): string | null {
  const name = 'header' in sticky ? sticky.header : 'cookie'
  const line = new RegExp(`^${escaped(name)}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'im').exec(head)?.[1]
  if (line === undefined || 'header' in sticky) return line ?? null
  for (const pair of line.split(';')) {
    const [key, ...value] = pair.split('=')
    if (key?.trim() === sticky.cookie) return value.join('=').trim()
  }
  return null
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
