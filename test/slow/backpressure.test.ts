import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MOST_MIB, slowReader } from '../integration/pressure.js'

it('1,000,000 events of a patient sender arrive in order at a reader of a tenth of its speed; the relay stays small', async (t) => {
  const { received, wrong, overflows, waits, grownMiB } = await slowReader(t, 1_000_000, 1000)
  assert.deepEqual({ received, wrong, overflows }, { received: 1_000_000, wrong: '', overflows: [] })
  assert.ok(waits > 0, 'the sender had to wait')
  assert.ok(grownMiB < MOST_MIB, `the relay grew by ${grownMiB} MiB`)
})
