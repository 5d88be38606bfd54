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

/** Who sends a request, by its head, of which more may have come than the head; null where it does not say so. */
export function clientOf(text: string, sticky: Exclude<Sticky, 'ip'>): string | null {
  const [head = ''] = text.split('\r\n\r\n', 1)
  const name = ('header' in sticky ? sticky.header : 'cookie').toLowerCase()
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':')
    if (colon !== name.length || line.slice(0, colon).toLowerCase() !== name) continue
    const value = line.slice(colon + 1).trim()
    const client = 'header' in sticky ? value : cookieIn(value, sticky.cookie)
    if (client !== null && client !== '') return client
  }
  return null
}

function cookieIn(value: string, name: string): string | null {
  for (const pair of value.split(';')) {
    const equals = pair.indexOf('=')
    if (pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return null
}
