// A chat over WebSockets in four processes: what one client says arrives at all, whichever worker they came to.
// ws is not a dependency of this project: npm install ws.
//
//   npx ipem serve examples/chat/app.cjs -p 3000 -w 4        then open http://127.0.0.1:3000 in two windows
//   npx ipem reload                                          new code; the pages come back by themselves
//
// Without ipem serve, `node examples/chat/app.cjs`, it is one process and works as well.

const http = require('node:http')
const ipem = require('ipem')
const { WebSocketServer } = require('ws')

/** Who does not read while so much waits for them is disconnected: memory is bounded. */
const MAX_WAITING_BYTES = 1024 * 1024

const server = http.createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page)
})
const sockets = new WebSocketServer({ server, maxPayload: 16 * 1024 })

sockets.on('connection', (client) => {
  client.on('message', (data) => {
    tellClients(data)
    ipem.sendToSiblings('chat', data.toString())
  })
  // What breaks the protocol, a message that is too large for one, closes the connection, and is no reason to crash.
  client.on('error', () => {})
})

// A client of another worker has said something.
ipem.on('chat', (text) => tellClients(Buffer.from(text)))

// On a reload this worker leaves: clients connect again, and come to a new one.
ipem.on('draining', () => {
  for (const client of sockets.clients) client.close(1001)
})

/** @param {Buffer} data UTF-8, made once for all of them */
function tellClients(data) {
  for (const client of sockets.clients) {
    if (client.bufferedAmount > MAX_WAITING_BYTES) client.terminate()
    else client.send(data, { binary: false })
  }
}

const page = `<!doctype html>
<title>Chat</title>
<form><input autofocus placeholder="Say something"></form>
<pre></pre>
<script>
  let socket
  const connect = () => {
    socket = new WebSocket(location.href.replace('http', 'ws'))
    socket.onmessage = ({ data }) => document.querySelector('pre').append(data + '\\n')
    socket.onclose = () => setTimeout(connect, 500 + 500 * Math.random())
  }
  document.querySelector('form').onsubmit = (event) => {
    event.preventDefault()
    socket.send(event.target[0].value)
    event.target.reset()
  }
  connect()
</script>
`

// Alone it starts the bus and listens by itself; under ipem serve that is done.
if (!process.env.IPEM) {
  ipem.start()
  server.listen(process.env.PORT || 3000, '127.0.0.1')
}

module.exports = server
