import assert from 'node:assert/strict'
import { once } from 'node:events'
import path from 'node:path'
import { it } from 'node:test'
import { createIpem } from '../../src/index.js'
import type { OfflineInfo } from '../../src/process-info.js'

const fixture = path.resolve('test/fixtures/hang-late.js')

it('a child that blocks its event loop for longer than hangTimeout is killed, also one that started late', async () => {
  const ipem = createIpem().options({ useSocket: false, restart: false, hangTimeout: 600 }).start()
  const child = ipem.fork(fixture)
  const pid = await child.online
  const offline = once(ipem, 'offline', { signal: AbortSignal.timeout(20_000) })
  ipem.sendTo(pid, 'block')
  const [lost, info] = (await offline) as [string, OfflineInfo]
  assert.equal(lost, pid)
  assert.equal(info.signal, 'SIGKILL')
  await ipem.close()
})
