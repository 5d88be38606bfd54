// Every key of tiamat's configuration file in today's spelling; listen_port for listenPort goes as well.
//
//   ipem serve -c examples/serve/config.cjs -t                is it right?
//   ipem serve -c examples/serve/config.cjs                   into the background
//   examples/serve/upgrade.sh /tmp/ipem-hello/hello.pid http://127.0.0.1:1337/
//   kill -QUIT $(cat /tmp/ipem-hello/hello.pid)

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

exports.load = () => {
  const folder = path.join(os.tmpdir(), 'ipem-hello')
  fs.mkdirSync(folder, { recursive: true })
  return {
    tcp: 'tcp4',
    backlog: 128,
    listenAddr: '127.0.0.1',
    listenPort: 1337,
    // A Unix socket beside the port; its mode says who may connect.
    listenSock: { path: path.join(folder, 'hello.sock'), mode: 0o660 },
    workers: 2,
    timeout: 45,
    workerApp: path.join(__dirname, 'hello.cjs'),
    daemonize: true,
    workingDirectory: __dirname,
    stderrPath: path.join(folder, 'stderr.log'),
    stdoutPath: path.join(folder, 'stdout.log'),
    pidfile: path.join(folder, 'hello.pid'),
    loglevel: 'info',
    // In the master, before USR2 starts a new one.
    beforeExec() {
      console.error('before exec')
    },
    // In the master, before each new worker.
    beforeFork(_config, id) {
      console.error(`before fork of worker ${id}`)
    },
    // In the worker, before the app is loaded.
    afterFork(_config, pid, _ppid, id) {
      console.error(`after fork: worker ${id} is process ${pid}`)
    },
  }
}
