// Every process of the demo takes part through this file: it writes down each event it sends and each it receives.
// The ledger is also written to a file, line by line: a process that was killed cannot be asked any more.

import fs from 'node:fs'
import path from 'node:path'
import ipem from 'ipem'

const EVENTS = ['open', 'served', 'cache:drop', 'news', 'sold', 'receipt', 'stamped', 'letter', 'roll']
const TO_MANY = ['bubble', 'sendToParents', 'sendToChilds', 'sendToSiblings', 'sendToGrandMaster', 'broadcast']
const TO_ONE = ['sendToChild', 'sendTo']

const entries = []
let file
let sent = 0

/** `npm run demo -- --sabotage`: a process ignores so-and-so-many-th event, to see that the check finds it out. */
let untilLoss = Number(process.env.DEMO_LOSE ?? 0)

/** The functions of ipem that send, and `on`. Each event has an id as its first argument, which only we see. */
export const bus = {
  on(event, listener) {
    ipem.on(event, function (_id, ...args) {
      listener.apply(this, args)
    })
  },
}
for (const how of TO_MANY) bus[how] = (event, ...args) => ipem[how](event, noteSent(how, event), ...args)
for (const how of TO_ONE) bus[how] = (to, event, ...args) => ipem[how](to, event, noteSent(how, event, to), ...args)

/** Starts ipem, with a ledger that can be asked for. */
export function takePart(title, options = {}) {
  process.title = title
  file = fs.openSync(path.join(process.env.DEMO_FOLDER, ipem.pid), 'a')
  for (const event of EVENTS) {
    ipem.on(event, function (id) {
      if (--untilLoss !== 0) write({ received: id, pids: this.pids })
    })
  }
  ipem.on('error', (error) => write({ returned: error.undelivered?.args[0], code: error.code }))
  ipem.options(options).start()
  ipem.handle('ledger', () => entries)
  ipem.handle('length of ledger', () => entries.length)
  ipem.handle('use every function', useEveryFunction)
}

/** Milliseconds of a clock that all processes of a machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** What a dead process has written down. It may have died in the middle of its last line. */
export function ledgerOfDead(pid) {
  const lines = fs.readFileSync(path.join(process.env.DEMO_FOLDER, pid), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

function useEveryFunction(neighbour) {
  for (const how of TO_MANY) bus[how]('roll')
  for (const child of ipem.tree().children) bus.sendToChild(child.pid, 'roll')
  bus.sendTo(neighbour, 'roll')
}

function noteSent(how, event, to = null) {
  const id = `${ipem.pid}/${++sent}`
  // A way back, as in `this.pids`, begins with its target.
  write({ sent: id, how, event, to: Array.isArray(to) ? to[0] : to, at: now() })
  return id
}

function write(entry) {
  entries.push(entry)
  fs.writeSync(file, `${JSON.stringify(entry)}\n`)
}
