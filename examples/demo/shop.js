// The grand master: opens the tree, knows the truth about the stock, and knows who came and went when.

import { spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ipem from 'ipem'
import { bus, now, takePart } from './ledger.js'

const folder = process.env.DEMO_FOLDER
const scriptOf = (name) => fileURLToPath(new URL(`${name}.js`, import.meta.url))

/** item -> how many there are: the truth. */
export const stock = new Map()

/** pid -> its parent, and since when and until when it was in the tree. Everybody who ever was. */
export const people = new Map([[ipem.pid, { pid: ipem.pid, title: 'shop', parent: null, online: 0, offline: Infinity }]])

/** Opens the shop and waits until everybody is there. */
export async function open({ workers, port = 0, loser = 0 }) {
  const socketPath = path.join(folder, 'socket')
  const cookie = randomBytes(32).toString('hex')
  keepRegister()
  answerAboutStock()
  takePart('shop', { delayRestart: 200, socket: { socketPath, cookie } })
  handleRequests()
  await once(ipem, 'ready')

  cluster.setupPrimary({ exec: scriptOf('web') })
  const web = Array.from({ length: workers }, (_, number) =>
    ipem.worker({ env: { DEMO_PORT: String(port), ...(number === 1 && { DEMO_LOSE: String(loser) }) } }),
  )
  ipem.fork(scriptOf('books'))
  const till = spawn(process.execPath, [scriptOf('till')], {
    env: { ...process.env, DEMO_SOCKET: socketPath, DEMO_COOKIE: cookie },
    stdio: 'inherit',
  })
  await until(() => people.size === workers + 4 && opened.length >= workers)
  return { web, till, url: `http://127.0.0.1:${opened[0]}` }
}
