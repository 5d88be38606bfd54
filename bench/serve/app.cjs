// What all contenders serve. Each process says in a file of its own when it serves.

const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const { BENCH_FOLDER, BENCH_PORT } = process.env

const server = http.createServer((_request, response) => response.end('Hello World\n'))

server.listen(Number(BENCH_PORT), '127.0.0.1', () => {
  const now = performance.timeOrigin + performance.now()
  // In one step: nobody reads half of it.
  const file = path.join(BENCH_FOLDER, String(process.pid))
  fs.writeFileSync(`${file}.new`, String(now))
  fs.renameSync(`${file}.new`, file)
})
