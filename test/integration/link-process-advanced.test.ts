import { type IpcChannel, ProcessLink } from '../../src/link/process-link.js'
import { linkSuite } from '../conformance/link-suite.js'
import { startRemote } from '../conformance/remote-end.js'

linkSuite({
  name: 'process.send (advanced)',
  connect: async (limits) => {
    const { process, far, dispose } = startRemote('process', limits, 'advanced')
    return { near: new ProcessLink(process as IpcChannel, limits), far, dispose }
  },
  capabilities: { readAhead: 0, keepsBytes: false },
})
