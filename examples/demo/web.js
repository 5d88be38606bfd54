// A cluster worker: answers HTTP from its own cache, and asks the grand master for what it does not know.

import http from 'node:http'
import ipem from 'ipem'
import { bus, takePart } from './ledger.js'
import { page } from './page.js'

/** item -> promise of how many there are. A promise, so that a drop also hits an answer that is under way. */
const cache = new Map()

takePart('web')
ipem.handle('cache', async () => Promise.all([...cache].map(async ([item, stock]) => [item, await stock])))
bus.on('cache:drop', (item) => cache.delete(item))

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.writeHead(500).end(`${error.code ?? error.name}: ${error.message}\n`)
  })
})
server.listen(Number(process.env.DEMO_PORT), '127.0.0.1', () => bus.bubble('open', server.address().port))

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://shop')
  const [, kind, item] = pathname.split('/')
  response.setHeader('x-worker', ipem.pid)
  if (pathname === '/')
    return response.setHeader('content-type', 'text/html; charset=utf-8').end(await page(request.headers.host))
  if (pathname === '/crash') process.kill(process.pid, 'SIGKILL')
  if (kind !== 'stock' || !item) return response.writeHead(404).end('Try /, /stock/apples or /crash\n')
  if (request.method === 'PUT') return write(request, response, item)
  read(response, item)
}

async function read(response, item) {
  const hit = cache.has(item)
  if (!hit) cache.set(item, ipem.request('grandmaster', 'read', item))
  const stock = await cache.get(item)
  bus.bubble('served', 'GET', item, hit)
  send(response, { item, stock, from: hit ? 'cache' : 'grand master' })
}

async function write(request, response, item) {
  const stock = Number(await text(request))
  if (!Number.isInteger(stock)) return response.writeHead(400).end('Expected a whole number\n')
  await ipem.request('grandmaster', 'write', item, stock)
  cache.delete(item)
  bus.sendToSiblings('cache:drop', item)
  bus.bubble('served', 'PUT', item, false)
  send(response, { item, stock })
}

function send(response, value) {
  response.setHeader('content-type', 'application/json').end(`${JSON.stringify(value)}\n`)
}

async function text(stream) {
  let all = ''
  for await (const chunk of stream.setEncoding('utf8')) all += chunk
  return all
}
