// node:cluster as one writes it by hand.

const cluster = require('node:cluster')

if (cluster.isPrimary) {
  for (let n = 0; n < Number(process.env.BENCH_WORKERS); n++) cluster.fork()
  cluster.on('exit', () => cluster.fork())
} else {
  require('./app.cjs')
}
