// The grand master: opens the tree, knows the truth about the stock, and who was in the tree and when.

import { spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ipem from 'ipem'
import { bus, now, takePart } from './ledger.js'

/** item -> how many there are: the truth. */
export const stock = new Map()

/** Everybody who ever was in the tree, by pid: parent, and from when to when. */
export const people = new Map()

/** pid of a web worker -> its port. */
export const ports = new Map()

/** Moments at which nothing was on its way between any two processes. */
export const quietMoments = []

let till
let opened = false

/** Opens the shop with so many web workers, and waits until everybody is there. */
export async function open({ workers, port = 0, lose = 0 }) {
  const socketPath = path.join(process.env.DEMO_FOLDER, 'socket')
  const cookie = randomBytes(32).toString('hex')
  keepRegister()
  takePart('shop', { delayRestart: 200, socket: { socketPath, cookie } })
  ipem.handle('read', (item) => stock.get(item) ?? 0)
  ipem.handle('write', (item, count) => void stock.set(item, count))
  ipem.handle('take', (item) => void stock.set(item, stock.get(item) - 1))
  await once(ipem, 'ready')

  cluster.setupPrimary({ exec: script('web') })
  const web = Array.from({ length: workers }, (_, index) =>
    ipem.worker({ env: { DEMO_PORT: String(port), ...(index === 0 && { DEMO_LOSE: String(lose) }) } }),
  )
  ipem.fork(script('books'))
  till = spawn(process.execPath, [script('till')], {
    env: { ...process.env, DEMO_SOCKET: socketPath, DEMO_COOKIE: cookie },
    stdio: 'inherit',
  })
  await until(() => people.size === workers + 4 && ports.size === workers)
  opened = true
  return { web, url: `http://127.0.0.1:${[...ports.values()][0]}` }
}

/** ipem stops its children in order; the till, which it did not fork, sees the shop close and leaves. */
export async function close() {
  await ipem.close()
  // Unless it was still on its way.
  if (!opened) till?.kill()
}

/** The pid of whoever has this title. */
export function find(title) {
  return [...people.values()].find((person) => person.title === title).pid
}

/** Resolves when it is so; looked at whenever somebody came, went or opened. */
export function until(isSo) {
  return new Promise((resolve) => {
    const events = ['online', 'offline', 'open']
    const look = () => {
      if (!isSo()) return
      for (const event of events) ipem.off(event, look)
      resolve()
    }
    for (const event of events) ipem.on(event, look)
    look()
  })
}

/**
 * Waits until nothing is on its way. Questions take the same ordered links as events: when two rounds of them find
 * every ledger as long as before, all that was sent before the first has arrived before the second.
 */
export async function quiet() {
  let moment
  for (let before = '', after = null; after !== before; ) {
    before = after
    moment = now()
    after = JSON.stringify(await askEveryone('length of ledger'))
  }
  quietMoments.push(moment)
}

/** What every process of the tree answers, itself included: pairs of pid and answer, sorted. */
export async function askEveryone(question, ...args) {
  const answers = [[ipem.pid, await ipem.request(ipem.pid, question, ...args)]]
  for await (const { pid, value, error } of ipem.requestAll('everyone', question, ...args)) {
    if (error) throw error
    answers.push([pid, value])
  }
  return answers.sort()
}

function keepRegister() {
  people.set(ipem.pid, { pid: ipem.pid, title: 'shop', parent: null, online: 0, offline: Infinity })
  ipem.on('online', function () {
    const [pid, parent] = this.pids
    people.set(pid, { pid, title: titleOf(pid, ipem.tree()), parent, online: now(), offline: Infinity })
  })
  ipem.on('offline', (pid) => {
    people.get(pid).offline = now()
    ports.delete(pid)
  })
  bus.on('open', function (port) {
    ports.set(this.from, port)
  })
}

function titleOf(pid, node) {
  if (node.pid === pid) return node.title
  return node.children.map((child) => titleOf(pid, child)).find((title) => title !== undefined)
}

function script(name) {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url))
}
