import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import path from 'node:path'
import { before, describe, it, type TestContext } from 'node:test'
import type { IpemOptions } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { type AnyIpem, DEADLINE_MS, Family, fixture, folderFor, freePort, isAlive, startIpem } from './stage.js'

const together = { concurrency: 4 }
const speaker = fixture('exit-speaker')

/** Every one is answered, but not before the speaker is dead. */
const ONCE_DEAD = 1

// The machine may be busy.
const flushDeadlineMs = 15_000
const QUIET = JSON.stringify({ useSocket: false, flushDeadlineMs })

type Start = (ipem: AnyIpem, args: string[], options: IpemOptions) => ChildProcess

const forked: Start = (ipem, args) => ipem.fork(speaker, [...args, QUIET], { stdio: 'pipe' }).process
const worker: Start = (ipem, args) => ipem.worker({ args: [...args, QUIET] }).process
const joined: Start = (_, args, options) => spawn(process.execPath, [speaker, ...args, JSON.stringify(options)])

const media: Record<string, [start: Start, options: (t: TestContext) => Promise<IpemOptions>]> = {
  'a pipe': [forked, async () => ({ useSocket: false })],
  'a pipe to a cluster worker': [worker, async () => ({ useSocket: false })],
  'a Unix socket': [joined, async (t) => socketOptions({ socketPath: path.join(folderFor(t), 'bus') })],
  TCP: [joined, async () => socketOptions({ port: await freePort() })],
}

function socketOptions(socket: IpemOptions['socket']): IpemOptions {
  return { useSocket: true, socket: { ...socket, cookie: COOKIE }, flushDeadlineMs }
}

/** What a speaker says until it is gone, all in order and none twice, or why not. */
async function hear(
  t: TestContext,
  link: string,
  how: string,
  count: number,
  bytes: number,
  answered = 0,
): Promise<string> {
  const [start, optionsFor] = media[link] as (typeof media)[string]
  const options = { restart: false, ...(await optionsFor(t)) }
  const ipem = await startIpem(t, options)
  let next = 0
  let wrong = ''
  let offline = false
  ipem.on('word', function (n, text) {
    if (n !== next || String(text).length !== bytes) wrong ||= `got ${n} instead of ${next}`
    next++
    // All that was said is here, only not read yet, when an answer finds nobody any more.
    if (answered === ONCE_DEAD && next === 1) while (isAlive(child.pid as number));
    if (answered > 0 && next % answered === 0) ipem.sendTo(this.pids, 'noise', text)
  })
  ipem.on('online', function () {
    if (how === 'in a listener') ipem.sendTo(this.from, 'go')
    if (how === 'in a signal handler') child.kill('SIGHUP')
  })
  ipem.on('offline', () => {
    offline = true
  })
  const child = start(ipem, [how, String(count), String(bytes)], options)
  let errors = ''
  child.stderr?.on('data', (data) => {
    errors += data
  })
  t.after(() => child.kill('SIGKILL'))
  await until('offline', () => offline, DEADLINE_MS).catch((error) => {
    wrong ||= `${error.message}, heard ${next} ${errors}`
  })
  return wrong || [`${next} of ${count}`, ...(errors.match(/^ipem: .*/gm) ?? [])].join('\n')
}

const links = Object.keys(media)
const everyWay = [
  'in main',
  'in ready',
  'in a listener',
  'in a signal handler',
  'in an exit handler added before start()',
  'in an exit handler added after start()',
  'in an uncaughtException handler',
  'before a crash',
  'before close()',
  'before a plain end',
]
const someWays = ['in ready', 'in an exit handler added after start()', 'in an uncaughtException handler']

describe('what is said right before the end arrives in order, none twice', () => {
  before(() => cluster.setupPrimary({ exec: speaker, silent: true }))

  for (const link of links) {
    describe(`over ${link}`, together, () => {
      for (const how of link === 'a pipe' ? everyWay : someWays) {
        it(`1,000 of 100 bytes, ${how}`, async (t) => {
          assert.equal(await hear(t, link, how, 1000, 100), '1000 of 1000')
        })
      }

      it('100,000 of 100 bytes to somebody who answers now and then', async (t) => {
        assert.equal(await hear(t, link, 'in main', 100_000, 100, 100), '100000 of 100000')
      })

      it('one of 32 MiB', async (t) => {
        assert.equal(await hear(t, link, 'in main', 1, 2 ** 25), '1 of 1')
      })

      // Over TCP a speaker does not die before all is read.
      if (link !== 'TCP') {
        it('1,000 of 100 bytes to somebody who answers when the speaker is dead', async (t) => {
          assert.equal(await hear(t, link, 'in main', 1000, 100, ONCE_DEAD), '1000 of 1000')
        })
      }

      it('before close(), even before ready', async (t) => {
        assert.equal(await hear(t, link, 'before close() in main', 1000, 100), '1000 of 1000')
      })

      if (!link.startsWith('a pipe')) return
      it('before process.exit(), even before ready', async (t) => {
        assert.equal(await hear(t, link, 'in main before ready', 1000, 100), '1000 of 1000')
      })
    })
  }
})

describe('an exit', () => {
  it('takes no longer than flushDeadlineMs where nobody reads, and tells how much was lost', async (t) => {
    const socket = { socketPath: path.join(folderFor(t), 'bus'), cookie: COOKIE }
    const reader = Family.of(t, { name: 'reader', options: { useSocket: true, socket }, hears: ['word'] })
    await reader.untilReady('reader')
    const options = { useSocket: true, socket, flushDeadlineMs: 500 }
    const args = ['in a signal handler', '50000', '100', JSON.stringify(options)]
    const child = spawn(process.execPath, [speaker, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    let errors = ''
    child.stderr.on('data', (data) => {
      errors += data
    })
    await once(child.stdout, 'data')
    reader.top.kill('SIGSTOP')
    const at = performance.now()
    child.kill('SIGHUP')
    await once(child, 'close')
    assert.equal(child.exitCode, 0)
    assert.ok(performance.now() - at >= 400, `it tried for ${performance.now() - at} ms: ${errors}`)
    const [, lost] = /^ipem: (\d+) frames could not be sent before the exit of \d+\n$/.exec(errors) ?? []
    assert.ok(Number(lost) > 10_000 && Number(lost) < 50_002, errors)
  })
})
