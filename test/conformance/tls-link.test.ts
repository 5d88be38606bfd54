import { it } from 'node:test'
import { linkSuite } from './link-suite.js'
import { rawSuite } from './raw-suite.js'
import { linksOver, selfSigned } from './sockets.js'

if (selfSigned() === null) it('needs openssl for a certificate', { skip: true })
else {
  linkSuite({
    name: 'TLS',
    connect: (limits) => linksOver('tls', limits),
    capabilities: { readAhead: 0, keepsBytes: true },
  })
  rawSuite('tls')
}
