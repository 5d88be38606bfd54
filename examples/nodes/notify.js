// Every process has a raw stream to each other one: here all of them are told something, and answer.

import http from 'node:http'
import { listen } from 'ipem/serve'

const server = http.createServer((_request, response) => response.end('hello'))
const nodes = listen({ port: 0, host: '127.0.0.1', nodes: 4 }, server)

const allStreams = new Set()
nodes.on('node', (stream) => {
  allStreams.add(stream)
  stream.on('close', () => allStreams.delete(stream))
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk) => {
    // Raw: a chunk is whatever has come so far, so each message ends with a line feed.
    const lines = (text + chunk).split('\n')
    text = lines.pop()
    for (const line of lines) hear(line, stream)
  })
  begin()
})
nodes.on('ready', () => begin())

function notifyOtherProcesses(message) {
  for (const stream of allStreams) stream.write(`${message}\n`)
}

const answers = []
function hear(line, stream) {
  if (line === 'Is anybody there?') stream.write(`${nodes.id} is\n`)
  else answers.push(line)
  if (answers.length < 3) return
  console.log(answers.sort())
  nodes.close()
}

/** There is one event for each other process, in any order, and one for the port. */
let waitingFor = 4
function begin() {
  waitingFor--
  if (nodes.isMaster && waitingFor === 0) notifyOtherProcesses('Is anybody there?')
}
