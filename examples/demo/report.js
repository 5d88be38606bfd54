// The end of the demo: the tree, what each process received, and whether all of it was as it should be.

import ipem, { printTree } from 'ipem'
import { check } from './check.js'
import { ledgerOfDead } from './ledger.js'
import { indent, table, title, verdict } from './screen.js'
import { askEveryone, find, people, quietMoments, stock } from './shop.js'

const COLUMNS = [
  'bubble',
  'sendToParents',
  'sendToChilds',
  'sendToSiblings',
  'sendToChild',
  'sendToGrandMaster',
  'sendTo',
  'broadcast',
]

/** Prints all of it; returns whether everything was as it should be. */
export async function report({ days, revived, caches }) {
  const ledgers = new Map(await askEveryone('ledger'))
  ledgers.set(revived.before, ledgerOfDead(revived.before))
  const result = check(people, quietMoments, ledgers)

  title('The tree')
  indent(printTree(ipem.tree()))
  title('What each process sent, and what it received by which function')
  printTable(ledgers, result.table)
  title('Is it as it should be?')
  const lines = [
    aboutEvents(result),
    ...aboutKilled(result, revived),
    aboutReceipts(ledgers),
    aboutCounters(days, ledgers, revived.before),
    aboutCaches(caches),
  ]
  for (const [ok, text, faults] of lines) verdict(ok, text, faults)
  const ok = lines.every(([ok]) => ok)
  title(ok ? 'Every event was received exactly where it should be.' : 'Something is not as it should be.')
  return ok
}

function printTable(ledgers, received) {
  const head = ['process', '', 'sent', 'received', ...COLUMNS.map((how) => how.replace(/^sendTo(?=.)/, 'to'))]
  const rows = [...people.values()].map(({ pid, title, offline }) => {
    const row = received.get(pid) ?? {}
    const counts = COLUMNS.map((how) => row[how] ?? 0)
    const sent = ledgers.get(pid).filter((entry) => entry.sent).length
    return [pid, offline === Infinity ? title : `${title} †`, sent, counts.reduce((sum, each) => sum + each), ...counts]
  })
  table([head, ...rows], 2)
}

function aboutEvents({ sent, due, faults }) {
  const ok = faults.length === 0
  const as = ok
    ? 'each was made exactly once, by the path of the tree, and none went astray'
    : `${faults.length} went wrong`
  return [ok, `${sent} events were sent; ${due} deliveries were due, ${as}`, faults]
}

function aboutKilled({ lastWords, toTheDying, tooEarly, returned }, { before, pid, afterMs, restarts }) {
  const all = ({ arrived, lost }) => arrived + lost
  return [
    [
      restarts === 1 && pid !== before,
      `the killed worker ${before} came back as ${pid} after ${afterMs.toFixed(0)} ms`,
    ],
    [
      true,
      `what was on its way when it died may be lost: of ${all(toTheDying)} deliveries to it ${toTheDying.lost} were, of ${all(lastWords)} by it ${lastWords.lost}`,
    ],
    [
      returned > 0,
      `of ${all(tooEarly)} events for its place before it was back the new process got ${tooEarly.arrived}; a letter to the old pid came back to its sender`,
    ],
  ]
}

/** The way of a receipt is four processes long, and its stamp came back along it. */
function aboutReceipts(ledgers) {
  const stamped = new Set(
    ledgers
      .get(find('archive'))
      .filter(({ event }) => event === 'stamped')
      .map(({ sent }) => sent),
  )
  const back = ledgers.get(find('till')).filter(({ received }) => stamped.has(received))
  const ok = back.length > 0 && back.length === stamped.size && back.every(({ pids }) => pids.length === 4)
  return [ok, `${back.length} receipts went from till to archive and back along the way they came, over two relays`]
}

/** Each answered request was counted in the grand master; one that broke off may have been counted as well. */
function aboutCounters(days, ledgers, killed) {
  const counted = new Map()
  const own = new Set(ledgers.get(ipem.pid).map(({ received }) => received))
  for (const [pid, entries] of ledgers) {
    counted.set(pid, entries.filter(({ sent, event }) => event === 'served' && own.has(sent)).length)
  }
  const answered = new Map()
  for (const { byWorker } of days) for (const [pid, n] of byWorker) answered.set(pid, (answered.get(pid) ?? 0) + n)
  const faults = [...answered].filter(([pid, n]) => pid !== killed && counted.get(pid) < n)
  const sum = (map) => [...map.values()].reduce((all, n) => all + n, 0)
  const brokenOff = days.reduce((all, day) => all + day.brokenOff, 0)
  const text = `${sum(answered)} HTTP requests were answered, ${sum(counted)} counted by bubbling up, ${brokenOff} broke off with the killed worker and were repeated`
  return [
    faults.length === 0,
    text,
    faults.map(([pid, n]) => `${pid} answered ${n} and ${counted.get(pid)} were counted`),
  ]
}

/** A worker may know less than the grand master, never something else. */
function aboutCaches(caches) {
  const faults = []
  for (const [pid, known] of caches) {
    for (const [item, count] of known) if (count !== stock.get(item)) faults.push(`${pid} believes in ${count} ${item}`)
  }
  const entries = caches.reduce((all, [, known]) => all + known.length, 0)
  return [
    entries > 0 && faults.length === 0,
    `${entries} entries in ${caches.length} caches, none of them stale`,
    faults,
  ]
}
