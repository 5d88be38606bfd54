import { linkSuite } from './link-suite.js'
import { rawSuite } from './raw-suite.js'
import { linksOver } from './sockets.js'

linkSuite({
  name: 'TCP',
  connect: (limits) => linksOver('tcp', limits),
  capabilities: { readAhead: 0, keepsBytes: true },
})

rawSuite('tcp')
