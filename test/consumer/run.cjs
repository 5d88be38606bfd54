const assert = require('node:assert/strict')
const ipem = require('ipem')

const { createIpem, Ipem, IpemError, MessageType } = ipem
assert.ok(ipem instanceof Ipem)
assert.ok(createIpem() instanceof Ipem)
assert.ok(new IpemError('ERR_IPEM_CLOSED', 'x') instanceof Error)
assert.equal(MessageType.broadcast, 7)
import('ipem').then((module) => assert.equal(module.default, ipem))
