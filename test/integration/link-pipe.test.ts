import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { StreamLink } from '../../src/link/stream-link.js'
import { linkSuite } from '../conformance/link-suite.js'
import { PIPE_FD, startRemote } from '../conformance/remote-end.js'

linkSuite({
  name: 'a pipe to a forked process',
  connect: async (limits) => {
    const { process, far, dispose } = startRemote('pipe', limits)
    const socket = process.stdio[PIPE_FD] as unknown as Socket
    assert.ok(socket)
    return { near: new StreamLink(socket, 'pipe', limits), far, dispose }
  },
  capabilities: { readAhead: 0, keepsBytes: true },
})
