// npm run demo                    a story of some seconds, and at its end a check of every single event
// npm run demo -- --serve [port]  the same tree, kept up for a browser or curl
// npm run demo -- --sabotage      one worker ignores one event, to see that the check finds it

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import ipem, { printTree } from 'ipem'
import { bus } from './ledger.js'
import { report } from './report.js'
import { cyan, indent, red, table, tell, title } from './screen.js'
import { close, open, stock } from './shop.js'
import { play } from './story.js'

const WORKERS = 3
const DEADLINE_MS = 20_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { serve: { type: 'boolean' }, sabotage: { type: 'boolean' } },
})
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-demo-'))
process.env.DEMO_FOLDER = folder
// Whatever happens: the other processes leave by themselves when they lose their parent.
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, closeAndExit)

if (values.serve) await serve(Number(positionals[0] ?? 0))
else await demonstrate()

async function demonstrate() {
  const deadline = setTimeout(() => {
    console.error(red(`Not done after ${DEADLINE_MS / 1000} s`))
    process.exit(1)
  }, DEADLINE_MS)
  const shop = await open({ workers: WORKERS, lose: values.sabotage ? 20 : 0 })
  const ok = await report(await play(shop))
  process.exitCode = ok ? 0 : 1
  await close()
  clearTimeout(deadline)
}

async function serve(port) {
  const { url } = await open({ workers: WORKERS, port })
  stock.set('apples', 100)
  title(`The shop is open at ${cyan(url)}, Ctrl-C closes it`)
  indent(printTree(ipem.tree()))
  title('Try, in another terminal or a browser')
  table(
    [
      ['type', 'to see'],
      [`curl ${url}/stock/apples`, 'how many there are: asked of the grand master, later from the cache of a worker'],
      [`curl -X PUT -d 7 ${url}/stock/apples`, 'a change: all workers drop it from their caches'],
      [`curl ${url}/crash`, 'the worker that answers killed, and back again'],
      [url, 'the tree as it is now, in a browser'],
    ],
    2,
  )
  console.log()
  bus.on('served', function (method, item, fromCache) {
    tell(`${method} ${item} by ${this.from}${fromCache ? ', from its cache' : ''}`)
  })
  ipem.on('online', function () {
    tell(`${this.from} is in the tree`)
  })
  ipem.on('offline', (pid, { code, signal }) => tell(`${pid} is gone (${signal ?? code})`))
}

async function closeAndExit() {
  tell('closing')
  await close()
  process.exit(values.serve ? 0 : 1)
}
