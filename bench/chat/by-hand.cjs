// The chat of examples/chat/ as one writes it with socket.io: node:cluster and the cluster adapter.
//
// Without @socket.io/sticky: that is for clients that poll, whose requests have to come to one worker. Over WebSocket alone a
// client is one connection, and node:cluster gives connections out evenly by itself, in turn.

const cluster = require('node:cluster')
const http = require('node:http')
const { createAdapter, setupPrimary } = require('@socket.io/cluster-adapter')
const { Server } = require('socket.io')

const workers = Number(process.env.BENCH_WORKERS)

if (cluster.isPrimary) {
  setupPrimary()
  let listening = 0
  cluster.on('listening', (_worker, { port }) => {
    if (++listening === workers) console.log(`Serving at 127.0.0.1:${port}`)
  })
  for (let n = 0; n < workers; n++) cluster.fork()
  process.on('SIGTERM', () => process.exit())
} else {
  const server = http.createServer()
  const io = new Server(server, { transports: ['websocket'], serveClient: false, adapter: createAdapter() })
  io.on('connection', (client) => {
    client.on('chat', (text) => io.emit('chat', text))
  })
  server.listen(0, '127.0.0.1')
}
