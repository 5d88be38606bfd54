import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import ipem, { createIpem, Ipem, IpemError, MessageType } from 'ipem'

assert.ok(ipem instanceof Ipem)
assert.ok(createIpem().options({ name: 'consumer' }) instanceof Ipem)
assert.ok(new IpemError('ERR_IPEM_CLOSED', 'x') instanceof Error)
assert.equal(MessageType.broadcast, 7)
assert.equal(createRequire(import.meta.url)('ipem'), ipem)
