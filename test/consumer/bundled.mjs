import assert from 'node:assert/strict'
import { createIpem } from 'ipem'

const ipem = createIpem().options({ name: 'bundled', useSocket: false }).start()
const heard = []
ipem.on('word', (word) => heard.push(word)).emit('word', 'hello')
await ipem.close()
assert.deepEqual(heard, ['hello'])
