// From fork to `online`, beside child_process.fork to the first message: one after the other, or all at once.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { quiet } from '../lib/place.js'
import { median } from '../lib/statistics.js'
import { heldBytes, residentMegabytes } from '../lib/usage.js'

const program = (name) => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))

const starters = {
  async ipem() {
    const { default: ipem } = await import('../../dist/index.js')
    ipem.options({ useSocket: false, restart: false }).start()
    return {
      async start() {
        const child = ipem.fork(program('online'), [], { stdio: quiet })
        await child.online
        return { pid: child.osPid, stop: () => child.stop() }
      },
      close: () => ipem.close(),
    }
  },
  fork: async () => ({
    async start() {
      const child = fork(program('first-message'), { stdio: [...quiet, 'ipc'] })
      await once(child, 'message')
      return {
        pid: child.pid,
        stop() {
          child.kill()
          return once(child, 'exit')
        },
      }
    },
    close() {},
  }),
}

export async function run({ contender, children, atOnce }) {
  const starter = await starters[contender === 'ipem' ? 'ipem' : 'fork']()
  const figures = atOnce ? await together(starter, children) : await inTurn(starter, children)
  await starter.close()
  return figures
}

async function inTurn({ start }, children) {
  const times = []
  for (let index = 0; index < children; index++) {
    const begin = performance.now()
    const child = await start()
    times.push(performance.now() - begin)
    await child.stop()
  }
  return { ms: median(times) }
}

async function together({ start }, count) {
  // What the first one brings is there once, however many follow.
  await (await start()).stop()
  const before = await heldBytes()
  const begin = performance.now()
  const children = await Promise.all(Array.from({ length: count }, start))
  const ms = performance.now() - begin
  const held = ((await heldBytes()) - before) / count
  const resident = median(children.map(({ pid }) => residentMegabytes(pid)))
  await Promise.all(children.map((child) => child.stop()))
  return { ms, 'bytes in the parent': held, 'MB a child': resident }
}
