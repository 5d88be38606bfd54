import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { IpemError } from 'ipem'
import { checkConfig, serve } from 'ipem/serve'

assert.equal(createRequire(import.meta.url)('ipem/serve').serve, serve)
await assert.rejects(
  checkConfig({ workers: 0 }),
  (error) => error instanceof IpemError && error.code === 'ERR_IPEM_CONFIG',
)

const workerApp = fileURLToPath(new URL('served.cjs', import.meta.url))
const server = await serve({ workerApp, listenPort: 0, workers: 2, loglevel: 'silent' })
const answer = await fetch(`http://${server.addresses[0]}`, { headers: { connection: 'close' } })
const { pid, same } = await answer.json()
assert.ok(same)
assert.ok(server.workers.some(({ osPid }) => osPid === pid))
await server.reload()
await server.stop()
assert.deepEqual(server.workers, [])
