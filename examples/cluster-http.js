// A cluster of HTTP workers that count together: each request bubbles up to the primary.

import assert from 'node:assert'
import cluster from 'node:cluster'
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import ipem from 'ipem'

if (cluster.isWorker) {
  ipem.start()
  const server = http.createServer((request, response) => {
    ipem.bubble('hit', request.url)
    response.end(`hello from ${ipem.pid}`)
  })
  server.listen(0, '127.0.0.1', () => ipem.sendToParents('listening', server.address().port))
} else {
  const hits = new Map()
  ipem.on('hit', function () {
    hits.set(this.from, (hits.get(this.from) ?? 0) + 1)
  })
  ipem.options({ useSocket: false }).start()
  ipem.worker()
  ipem.worker()
  await once(ipem, 'listening')
  const [port] = await once(ipem, 'listening')

  for (let i = 0; i < 10; i++) {
    const [response] = await once(http.get({ port, host: '127.0.0.1', agent: false }), 'response')
    assert.match(await text(response), /^hello from /)
  }
  // An answer comes behind all that its process sent before.
  for await (const _ of ipem.requestAll('childs', 'anything'));
  console.log(hits)
  assert.equal(
    [...hits.values()].reduce((all, each) => all + each),
    10,
  )
  await ipem.close()
}
