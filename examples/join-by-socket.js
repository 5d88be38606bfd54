// Processes that nobody forked meet at a socket: the first one listens and is the grand master, the others join it.

import assert from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ipem, { printTree } from 'ipem'

const [, , socketPath] = process.argv
if (socketPath !== undefined) {
  // Both prove that they know the cookie; without one it is a file only this user can read.
  ipem.options({ socket: { socketPath, cookie: process.env.COOKIE } }).start()
  ipem.on('goodbye', () => ipem.close())
} else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-'))
  const socket = { socketPath: path.join(folder, 'socket'), cookie: 'not so secret in an example' }
  ipem.options({ socket }).start()
  await once(ipem, 'ready')
  console.log('listening at', ipem.address())

  const env = { ...process.env, COOKIE: socket.cookie }
  const strangers = [1, 2].map(() =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), socket.socketPath], { env, stdio: 'inherit' }),
  )
  while (ipem.childsOnline < 2) await once(ipem, 'online')
  console.log(printTree(ipem.tree()))
  assert(ipem.tree().children.every(({ role }) => role === 'socket'))

  ipem.broadcast('goodbye')
  await Promise.all(strangers.map((stranger) => once(stranger, 'exit')))
  await ipem.close()
  fs.rmdirSync(folder)
}
