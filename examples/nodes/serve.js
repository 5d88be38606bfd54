// One port, four processes, each of which runs this script.

import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { listen } from 'ipem/serve'

const server = http.createServer(async (_request, response) => {
  await delay(20)
  response.end(nodes.id)
})
const nodes = listen({ port: 0, host: '127.0.0.1', nodes: 4 }, server)

if (nodes.isMaster) {
  nodes.on('ready', async () => {
    const { port } = server.address()
    const answered = {}
    const ask = async () => {
      const [response] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response')
      const id = await text(response)
      answered[id] = (answered[id] ?? 0) + 1
    }
    // Who is idle takes what comes; a few at a time are work for all.
    while (Object.keys(answered).length < 4) await Promise.all(Array.from({ length: 12 }, ask))
    console.log(answered)
    await nodes.close()
  })
}
