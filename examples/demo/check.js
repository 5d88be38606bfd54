// Compares what was received with what the tree says should have been. Pure: a register and ledgers in, a verdict out.

/** @returns pids of all who have to receive what `sender` sent, if they were there */
export function receivers(people, sender, { how, to }) {
  const { parent } = people.get(sender)
  const above = way(people, sender).slice(1)
  const others = [...people.keys()].filter((pid) => pid !== sender)
  switch (how) {
    case 'bubble':
      return [sender, ...above]
    case 'sendToParents':
      return above
    case 'sendToGrandMaster':
      return [above.at(-1) ?? sender]
    case 'sendToChilds':
      return others.filter((pid) => way(people, pid).includes(sender))
    case 'sendToSiblings':
      return others.filter((pid) => parent !== null && people.get(pid).parent === parent)
    case 'broadcast':
      return others
    default:
      return [to]
  }
}

/** The path through the tree from one process to another, both included. */
export function path(people, from, to) {
  const up = way(people, from)
  const down = way(people, to)
  const meeting = up.find((pid) => down.includes(pid))
  return [...up.slice(0, up.indexOf(meeting) + 1), ...down.slice(0, down.indexOf(meeting)).reverse()]
}

/**
 * @param people pid -> { parent, online, offline }
 * @param quietMoments when nothing was on its way
 * @param ledgers pid -> entries
 */
export function check(people, quietMoments, ledgers) {
  const received = receipts(ledgers)
  const result = {
    faults: [],
    sent: 0,
    due: 0,
    /** To a pid that was gone: told to the sender. */
    returned: 0,
    /** pid -> function -> how many it received. */
    table: new Map(),
    // Around the coming and going of a process nobody can say what should have arrived, only what did.
    lastWords: { arrived: 0, lost: 0 },
    toTheDying: { arrived: 0, lost: 0 },
    tooEarly: { arrived: 0, lost: 0 },
  }
  for (const [sender, entries] of ledgers) {
    const returned = new Set(entries.map((entry) => entry.returned))
    for (const entry of entries.filter(({ sent }) => sent)) {
      result.sent++
      for (const pid of receivers(people, sender, entry)) {
        const ways = received.get(entry.sent)?.get(pid) ?? []
        received.get(entry.sent)?.delete(pid)
        for (const _ of ways) count(result.table, pid, entry.how)
        const fault = judge(entry, sender, pid, ways, returned)
        if (fault) result.faults.push(`${entry.event} ${entry.sent} by ${entry.how} to ${pid} ${fault}`)
      }
    }
  }
  for (const [id, byPid] of received) for (const pid of byPid.keys()) result.faults.push(`${id} strayed to ${pid}`)
  return result

  /** Counts one event to one receiver; returns what is wrong about it. */
  function judge({ sent, at, to }, sender, pid, ways, returned) {
    if (ways.length > 1) return `arrived ${ways.length} times`
    if (ways.length === 1 && ways[0].join() !== path(people, sender, pid).join()) return `names a wrong way: ${ways[0]}`
    const arrived = ways.length === 1
    const presence = presenceOf(people.get(pid), at, people.get(sender))
    if (presence === 'absent') {
      if (arrived) return 'arrived, and nobody was there'
      if (to && !returned.has(sent)) return 'neither arrived nor came back'
      if (to) result.returned++
    } else if (presence === 'present') {
      result.due++
      if (!arrived) return 'did not arrive'
    } else result[presence][arrived ? 'arrived' : 'lost']++
  }

  function presenceOf(receiver, at, sender) {
    if (at >= quietBefore(sender.offline)) return 'lastWords'
    if (sender === receiver) return 'present'
    if (at < quietBefore(receiver.online) || at > receiver.offline) return 'absent'
    if (at < receiver.online) return 'tooEarly'
    return at < quietBefore(receiver.offline) ? 'present' : 'toTheDying'
  }

  function quietBefore(moment) {
    if (moment === Infinity) return Infinity
    return Math.max(0, ...quietMoments.filter((quiet) => quiet < moment))
  }
}

/** From a process up to the grand master. */
function way(people, pid) {
  const pids = []
  for (let at = pid; at !== null; at = people.get(at).parent) pids.push(at)
  return pids
}

/** id -> pid of the receiver -> the ways it came, one for each time. */
function receipts(ledgers) {
  const received = new Map()
  for (const [pid, entries] of ledgers) {
    for (const { received: id, pids } of entries) {
      if (!id) continue
      if (!received.has(id)) received.set(id, new Map())
      const byPid = received.get(id)
      byPid.set(pid, [...(byPid.get(pid) ?? []), pids])
    }
  }
  return received
}

function count(table, pid, how) {
  if (!table.has(pid)) table.set(pid, {})
  const row = table.get(pid)
  row[how] = (row[how] ?? 0) + 1
}
