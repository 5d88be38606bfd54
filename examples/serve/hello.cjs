// The hello world of tiamat, as it was: the app makes a server, and who runs it listens.
//
//   ipem serve examples/serve/hello.cjs -p 3000 -w 4

const http = require('node:http')

exports.run = (_config, next) => {
  const server = http.createServer((_request, response) => {
    // The parent of a worker is its master: upgrade.sh looks which one has answered.
    response.setHeader('X-Master', process.ppid)
    response.end('Hello World\n')
  })
  next(server) // the server may be of HTTP or any other of TCP
}
