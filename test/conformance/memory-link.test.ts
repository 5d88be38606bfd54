import { MemoryLink } from '../../src/link/memory-link.js'
import { LinkEnd, nearby } from './link-end.js'
import { linkSuite } from './link-suite.js'

linkSuite({
  name: 'memory',
  connect: async (limits) => {
    const [near, far] = MemoryLink.pair(limits)
    return { near, far: nearby(new LinkEnd(far)), dispose: () => far.destroy() }
  },
  capabilities: { readAhead: 0, keepsBytes: true },
})
