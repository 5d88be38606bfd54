// Every process of the demo takes part through this file: it writes down each event it sends and each one it receives.
// The ledger is also written to a file, line by line: a process that is killed cannot be asked any more.

import fs from 'node:fs'
import path from 'node:path'
import ipem from 'ipem'

const EVENTS = ['open', 'served', 'cache:drop', 'news', 'sold', 'receipt', 'stamped', 'letter', 'roll']
const TO_ONE = ['sendToChild', 'sendTo']
const TO_MANY = ['bubble', 'sendToParents', 'sendToChilds', 'sendToSiblings', 'sendToGrandMaster', 'broadcast']

const entries = []
const file = fs.openSync(path.join(process.env.DEMO_FOLDER, ipem.pid), 'a')
let sent = 0

/** For `npm run demo -- --sabotage`: the event that this process loses, to see that the check finds it. */
let untilLoss = Number(process.env.DEMO_LOSE ?? 0)

/** The send functions of ipem; each event gets an id as its first argument and a line in the ledger. */
export const bus = {
  on: (event, listener) => ipem.on(event, function (_id, ...args) {
    listener.apply(this, args)
  }),
}
for (const how of TO_MANY) bus[how] = (event, ...args) => ipem[how](event, note(how, event), ...args)
for (const how of TO_ONE) bus[how] = (to, event, ...args) => ipem[how](to, event, note(how, event, to), ...args)

/** Starts ipem with a ledger. Handlers stand as soon as anybody can ask. */
export function takePart(title, options = {}) {
  process.title = title
  for (const event of EVENTS) {
    ipem.on(event, function (id) {
      if (--untilLoss !== 0) write({ received: id, pids: this.pids })
    })
  }
  ipem.on('error', (error) => write({ returned: error.undelivered?.args[0], code: error.code }))
  ipem.options(options).start()
  ipem.handle('ledger', () => entries)
  ipem.handle('size of ledger', () => entries.length)
  ipem.handle('write to', (pid) => void bus.sendTo(pid, 'letter'))
  ipem.handle('roll call', useEveryFunction)
}

/** In milliseconds; the same clock for all processes of a machine. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** What a process that is dead has written down. Its last line may be half a line. */
export function ledgerOfDead(pid) {
  const lines = fs.readFileSync(path.join(process.env.DEMO_FOLDER, pid), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

function useEveryFunction(neighbour) {
  for (const how of TO_MANY) bus[how]('roll')
  for (const child of ipem.tree().children) bus.sendToChild(child.pid, 'roll')
  bus.sendTo(neighbour, 'roll')
}

function note(how, event, to = null) {
  const id = `${ipem.pid}/${++sent}`
  // `this.pids` of a message leads back to its origin.
  write({ sent: id, how, event, to: Array.isArray(to) ? to[0] : to, at: now() })
  return id
}

function write(entry) {
  entries.push(entry)
  fs.writeSync(file, `${JSON.stringify(entry)}\n`)
}
