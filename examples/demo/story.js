// Three days in the shop: every function used by everybody, HTTP traffic, and a worker killed in the middle of it.

import ipem, { printTree } from 'ipem'
import { shopping } from './customers.js'
import { bus, now } from './ledger.js'
import { cyan, indent, tell } from './screen.js'
import { askEveryone, find, people, ports, quiet, stock, until } from './shop.js'

const ITEMS = ['apples', 'bread', 'cheese', 'dates', 'eggs', 'figs']
const REQUESTS_A_DAY = 120
const SALES = 12

/** Returns what the processes themselves cannot know: how the customers and the killed worker fared. */
export async function play({ web, url }) {
  for (const item of ITEMS) stock.set(item, 100)
  tell(`${people.size} processes are in the tree; the shop is open at ${cyan(url)}`)
  indent(printTree(ipem.tree()).replace(/^/gm, '        '))

  await useEveryFunction()
  tell('everybody has used every function once')
  const days = []
  days.push(await dayOf(url))
  tell(`first day: ${summary(days[0])}`)
  await sell()
  tell(`the till sold ${SALES} of the cheese; the archive, three hops away, sent a stamped receipt for each`)
  await quiet()

  const killed = kill(web[1])
  days.push(await dayOf(url, killed.inTheMiddle))
  tell(`second day: ${summary(days[1])}; ${days[1].brokenOff} broke off and were sent again`)
  const revived = await killed.revived
  tell(`the killed worker is back after ${revived.afterMs.toFixed(0)} ms, as ${revived.pid}`)
  await ipem.request(find('till'), 'write to', revived.before)
  await quiet()

  await useEveryFunction()
  days.push(await dayOf(url))
  tell(`third day: ${summary(days[2])}`)
  await quiet()
  return { days, revived, caches: await cachesOf(web) }
}

async function useEveryFunction() {
  const pids = (await askEveryone('length of ledger')).map(([pid]) => pid)
  for (const [index, pid] of pids.entries()) {
    await ipem.request(pid, 'use every function', pids[(index + 1) % pids.length])
  }
  await quiet()
}

/** Customers read, and now and then one changes what there is. */
async function dayOf(url, onAnswer) {
  bus.sendToChilds('news', 'the shop opens')
  const jobs = Array.from({ length: REQUESTS_A_DAY }, (_, number) => {
    const item = ITEMS[number % ITEMS.length]
    return number % 8 === 0 ? ['PUT', `/stock/${item}`, String(number)] : ['GET', `/stock/${item}`]
  })
  return shopping(url, jobs, onAnswer)
}

function sell() {
  return ipem.request(find('till'), 'sell', 'cheese', SALES, find('archive'))
}

/** SIGKILL for a worker, as soon as a third of the day's requests are answered. */
function kill(worker) {
  const before = worker.pid
  let resolve
  const revived = new Promise((done) => {
    resolve = done
  })
  const inTheMiddle = ({ answers }) => {
    if (answers.length !== REQUESTS_A_DAY / 3) return
    const at = now()
    process.kill(worker.osPid, 'SIGKILL')
    tell(`SIGKILL for web worker ${before}, in the middle of the second day`)
    const isBack = () => worker.pid !== before && ports.has(worker.pid)
    until(isBack).then(() => resolve({ before, pid: worker.pid, afterMs: now() - at, restarts: worker.restarts }))
  }
  return { inTheMiddle, revived }
}

/** Pairs of worker and what its cache holds. */
async function cachesOf(web) {
  return Promise.all(web.map(async ({ pid }) => [pid, await ipem.request(pid, 'cache')]))
}

function summary({ answers, byWorker, fromCache }) {
  const shares = [...byWorker.values()].join(' + ')
  return `${answers.length} HTTP requests, ${shares} by ${byWorker.size} workers, ${fromCache} from their caches`
}
