import assert from 'node:assert/strict'
import path from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createIpem } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { forkRemote, type RemoteFunction } from './remote.js'
import { folderFor, ready, startIpem } from './stage.js'

/** Asks and waits for ever; keeps what becomes of it. */
const ask: RemoteFunction<void> = (ipem, state, name, target) => {
  state[name] = 'pending'
  ipem.request(target, 'never', { timeout: 0 }).then(
    () => {},
    ({ code, lost }) => {
      state[name] = `${code} ${lost ?? ''}`.trim()
    },
  )
}

/*
 *     gm ── y        by socket
 *      └─── p ── x   x and x2 forked by p
 *            └── x2
 */
it('requests from below a process that lost its parent end where the answer has no way any more, and only those', async (t) => {
  const socket = { socketPath: path.join(folderFor(t), 'bus'), cookie: COOKIE, delayReconnect: 200 }
  const options = { useSocket: true, socket, name: 'lost way' }
  const gm = createIpem().options(options)
  t.after(() => gm.close())
  await ready(gm)
  const [y, p] = [await startIpem(t, options), await startIpem(t, options)]
  for (const ipem of [gm, y, p]) ipem.handle('never', () => new Promise(() => {}))
  const [x, x2] = [await forkRemote(p), await forkRemote(p)]
  const aborted = await x2.run((ipem, state) => {
    ipem.handle('never', function () {
      this.signal.addEventListener('abort', () => {
        state.aborted = true
      })
      return new Promise(() => {})
    })
    return state.aborted ?? false
  })
  assert.equal(aborted, false)
  const [gmPid, yPid] = [gm.pid, y.pid]
  await x.run(ask, 'of the top', gmPid)
  await x.run(ask, 'of the grand master', 'grandmaster')
  await x.run(ask, 'of somebody there', yPid)
  await x.run(ask, 'of the parent', p.pid)
  await x.run(ask, 'of the sibling', x2.pid)
  const asked = y.request(x2.pid, 'never', { timeout: 0 }).catch(({ code }) => code)
  await until('the last one to be there', () => y.request(x2.pid, 'run', '() => true'))
  await gm.close()
  const stateOf = () => x.run((_, state) => ({ ...state }))
  await until('the ends', async () => {
    const state = await stateOf()
    return ['of the top', 'of the grand master', 'of somebody there'].every((name) => state[name] !== 'pending')
  })
  // What is not to end had time to.
  await delay(500)
  assert.deepEqual(await stateOf(), {
    'of the top': `ERR_IPEM_GONE ${gmPid}`,
    'of the grand master': 'ERR_IPEM_GONE grandmaster',
    'of somebody there': `ERR_IPEM_GONE ${yPid}`,
    'of the parent': 'pending',
    'of the sibling': 'pending',
  })
  assert.equal(await asked, 'ERR_IPEM_GONE')
  await until('the signal', () => x2.run((_, state) => state.aborted === true))
})
