// Asking: an answer, an error from the other process, a timeout, and a request that is aborted at both ends.

import assert from 'node:assert'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import ipem from 'ipem'

if (process.argv[2] === 'child') {
  ipem.start()
  ipem.handle('divide', (a, b) => {
    if (b === 0) throw Object.assign(new RangeError('Division by zero'), { code: 'E_ZERO' })
    return a / b
  })
  // `this.signal` is aborted when nobody waits for the answer any more.
  ipem.handle('dawdle', async function () {
    await delay(60_000, undefined, { signal: this.signal }).catch(() => ipem.sendToParents('gave up'))
  })
} else {
  ipem.options({ useSocket: false }).start()
  const child = await ipem.fork(new URL(import.meta.url), ['child']).online

  console.log('12 / 4 =', await ipem.request(child, 'divide', 12, 4))

  const error = await ipem.request(child, 'divide', 1, 0).catch((reason) => reason)
  console.log(`${error.name} ${error.code} from ${error.remotePid}: ${error.message}`)
  assert.equal(error.code, 'E_ZERO')

  let gaveUp = 0
  ipem.on('gave up', () => gaveUp++)
  const late = await ipem.request(child, 'dawdle', { timeout: 50 }).catch(({ code }) => code)
  const aborted = await ipem.request(child, 'dawdle', { signal: AbortSignal.timeout(50) }).catch(({ code }) => code)
  const unknown = await ipem.request(child, 'what?').catch(({ code }) => code)
  console.log(late, aborted, unknown)
  assert.deepEqual([late, aborted, unknown], ['ERR_IPEM_TIMEOUT', 'ERR_IPEM_ABORTED', 'ERR_IPEM_NO_HANDLER'])
  while (gaveUp < 2) await once(ipem, 'gave up')
  console.log('both handlers gave up')
  await ipem.close()
}
