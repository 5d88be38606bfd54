// Framed streams: whole values instead of bytes, by the functions and events of a WebSocket.

import http from 'node:http'
import { frameStream, listen } from 'ipem/serve'

const server = http.createServer((_request, response) => response.end('hello'))
const nodes = listen({ port: 0, host: '127.0.0.1', nodes: 3 }, server)

const ready = new Promise((resolve) => nodes.on('ready', resolve))
let answers = 0

nodes.on('node', (raw) => {
  const stream = frameStream(raw)
  stream.on('message', async (value) => {
    if (!nodes.isMaster) {
      // Strings, objects and other values come as they were sent.
      stream.send({ from: nodes.id, got: value })
      return
    }
    console.log(value)
    if (++answers < 2) return
    await ready
    await nodes.close()
  })
  if (nodes.isMaster) stream.send({ foo: 'bar' })
})
