import { linkSuite } from './link-suite.js'
import { rawSuite } from './raw-suite.js'
import { linksOver } from './sockets.js'

linkSuite({
  name: 'a Unix socket',
  connect: (limits) => linksOver('unix', limits),
  capabilities: { readAhead: 0, keepsBytes: true },
})

rawSuite('unix')
