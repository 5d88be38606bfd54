import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createIpem, type IpemOptions, type SocketOptions, type TreeNode } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { Racers } from './racers.js'
import { leaveStaleSocket } from './rendezvous-peers.js'
import { type AnyIpem, DEADLINE_MS, errorsOf, Family, fixture, folderFor, freePort, ready, startIpem } from './stage.js'

const common = { cookie: COOKIE, delayReconnect: 200 }
const places: Record<string, (t: TestContext) => Promise<SocketOptions>> = {
  'a Unix socket': async (t) => ({ socketPath: path.join(folderFor(t), 'bus'), ...common }),
  TCP: async () => ({ port: await freePort(), ...common }),
}
const together = { concurrency: 4 }

const join = (t: TestContext, socket: SocketOptions, options: IpemOptions = {}) =>
  startIpem(t, { useSocket: true, restart: false, socket, ...options })

/** What its `parent` events say, from now on. */
function parentsOf(ipem: AnyIpem): (string | null)[] {
  const parents: (string | null)[] = []
  ipem.on('parent', (pid: string | null) => void parents.push(pid))
  return parents
}

type Shape = [name: string, children: Shape[]]

/** The tree by names, in alphabetical order. */
function shapeOf(node: TreeNode, names: Record<string, string>): Shape {
  const children = node.children.map((child) => shapeOf(child, names))
  return [names[node.pid] ?? node.pid, children.sort(([a], [b]) => (a < b ? -1 : 1))]
}

/** The ipem pid of a member of a family. */
const pidOf = (family: Family, name: string) => family.said('ready').findLast(([who]) => who === name)?.[2] as string

const messagesOf = (t: TestContext, type: string): string[] => {
  const messages: string[] = []
  const onWarning = (warning: Error & { code?: string }) => {
    if (warning.name === type) messages.push(warning.message)
  }
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  return messages
}

describe('processes that nobody forked', together, () => {
  for (const [place, socketFor] of Object.entries(places)) {
    it(`meet over ${place}: the first listens, the others join it`, async (t) => {
      const socket = await socketFor(t)
      const [a, b, c] = [await join(t, socket), await join(t, socket), await join(t, socket)]
      assert.deepEqual([a.isGrandMaster, b.isGrandMaster, c.isGrandMaster], [true, false, false])
      assert.deepEqual([a.parentPid, b.parentPid, c.parentPid], [null, a.pid, a.pid])
      const address = a.address()
      if (socket.socketPath) assert.equal(address, socket.socketPath)
      else
        assert.deepEqual([(address as AddressInfo).address, (address as AddressInfo).port], ['127.0.0.1', socket.port])
      assert.equal(b.address(), null)
      await until('both online', () => a.childsOnline === 2)
      assert.deepEqual(
        a.tree().children.map(({ pid, role }) => [pid, role]),
        [
          [b.pid, 'socket'],
          [c.pid, 'socket'],
        ],
      )
      const heard = new Promise((resolve) => c.once('ev', resolve))
      b.handle('ping', () => 'pong')
      // Behind the news that somebody listens.
      await c.request(b.pid, 'ping')
      b.sendToSiblings('ev', 7)
      assert.equal(await heard, 7)
    })

    it(`meet again over ${place} when the one who listens is killed, and bring their descendants`, async (t) => {
      const socket = await socketFor(t)
      const first = Family.of(t, { name: 'first', options: { useSocket: true, socket } })
      await first.untilReady('first')
      const b = await join(t, socket)
      const spec = { name: 'c', options: { useSocket: true, socket }, forks: [{ name: 'c1', forks: [{ name: 'c2' }] }] }
      const family = Family.of(t, spec)
      await family.untilReady('c', 'c1', 'c2')
      const d = await join(t, socket)
      const names = {
        [b.pid]: 'b',
        [d.pid]: 'd',
        ...Object.fromEntries(['c', 'c1', 'c2'].map((name) => [pidOf(family, name), name])),
      }
      const top = pidOf(first, 'first')
      const parents = { b: parentsOf(b), d: parentsOf(d) }
      process.kill(first.top.pid as number, 'SIGKILL')
      let tree: TreeNode | undefined
      for (const end = performance.now() + DEADLINE_MS; ; ) {
        tree = await b.tree({ root: 'grandmaster' }).catch(() => undefined)
        if (tree !== undefined && JSON.stringify(tree).match(/"pid"/g)?.length === 5) break
        assert.ok(performance.now() < end, `no tree of five, but ${JSON.stringify(tree)} ${family}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      const shape = shapeOf(tree, names)
      const below: Record<string, Shape[]> = { b: [], c: [['c1', [['c2', []]]]], d: [] }
      const others = Object.keys(below).filter((name) => name !== shape[0])
      const joined = [...(below[shape[0]] as Shape[]), ...others.map((name): Shape => [name, below[name] as Shape[]])]
      assert.deepEqual(shape, [shape[0], joined.sort(([x], [y]) => (x < y ? -1 : 1))])
      for (const [name, ipem] of Object.entries({ b, d })) {
        const isTop = name === shape[0]
        assert.deepEqual([ipem.isGrandMaster, ipem.parentPid], [isTop, isTop ? null : tree.pid])
        assert.equal(parents[name as 'b' | 'd'].at(-1), isTop ? null : tree.pid, 'parent event')
        assert.ok(!parents[name as 'b' | 'd'].includes(top))
      }
      assert.equal(await b.request(pidOf(family, 'c2'), 'name'), 'c2')
      assert.equal(await d.request(pidOf(family, 'c2'), 'name'), 'c2')
    })
  }

  it('never listen with onlyConnect, and wait for somebody who does', async (t) => {
    const socket = await (places['a Unix socket'] as (typeof places)[string])(t)
    const waiting = createIpem().options({ socket: { ...socket, onlyConnect: true } })
    t.after(() => waiting.close())
    const whenReady = ready(waiting)
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.deepEqual([waiting.isGrandMaster, fs.existsSync(socket.socketPath as string)], [false, false])
    const a = await join(t, socket)
    await whenReady
    assert.equal(waiting.parentPid, a.pid)
  })

  it('stay alone after a loss with reconnect: false', async (t) => {
    const socket = await (places.TCP as (typeof places)[string])(t)
    const first = Family.of(t, { name: 'first', options: { useSocket: true, socket } })
    await first.untilReady('first')
    const a = await join(t, { ...socket, reconnect: false })
    assert.equal(a.parentPid, pidOf(first, 'first'))
    const parents = parentsOf(a)
    first.top.kill('SIGKILL')
    await until('it is alone', () => a.isGrandMaster)
    assert.deepEqual([parents, a.parentPid, a.address()], [[null], null, null])
    // The place is free.
    const b = await join(t, socket)
    assert.deepEqual([b.isGrandMaster, b.parentPid], [true, null])
  })

  it('take over a stale socket file', async (t) => {
    const socket = await (places['a Unix socket'] as (typeof places)[string])(t)
    await leaveStaleSocket(socket.socketPath as string)
    const [a, b] = [await join(t, socket), await join(t, socket)]
    assert.deepEqual([a.isGrandMaster, b.parentPid], [true, a.pid])
    assert.equal(fs.statSync(socket.socketPath as string).mode & 0o777, 0o600)
    await Promise.all([a.close(), b.close()])
    assert.deepEqual(fs.readdirSync(path.dirname(socket.socketPath as string)), [])
  })

  it('leave a file alone that is no socket', async (t) => {
    const socket = await (places['a Unix socket'] as (typeof places)[string])(t)
    fs.writeFileSync(socket.socketPath as string, 'precious')
    const a = createIpem().options({ socket })
    t.after(() => a.close())
    const errors = errorsOf(a)
    await ready(a)
    await until('the error', () => errors.length > 0)
    assert.deepEqual([errors.map(({ code }) => code), a.isGrandMaster, a.address()], [['ERR_IPEM_LISTEN'], true, null])
    assert.match(errors[0]?.message ?? '', /is not a socket/)
    assert.equal(fs.readFileSync(socket.socketPath as string, 'utf8'), 'precious')
  })

  it('of two applications do not join: an error where the place was given', async (t) => {
    const socket = await (places['a Unix socket'] as (typeof places)[string])(t)
    const warnings = messagesOf(t, 'IpemWarning')
    const a = await join(t, socket, { name: 'shop' })
    const b = createIpem().options({ socket, name: 'bank' })
    t.after(() => b.close())
    const errors = errorsOf(b)
    await ready(b)
    await until('both are told', () => errors.length > 0 && warnings.some((text) => /"bank"/.test(text)))
    assert.deepEqual([errors.map(({ code }) => code), b.isGrandMaster, b.parentPid], [['ERR_IPEM_FOREIGN'], true, null])
    assert.match(errors[0]?.message ?? '', /"bank".*"shop"/)
    const c = await join(t, socket, { name: 'shop' })
    assert.equal(c.parentPid, a.pid)
  })

  it('with another cookie do not join: both sides are told, nobody else is disturbed', async (t) => {
    const socket = await (places.TCP as (typeof places)[string])(t)
    const warnings = messagesOf(t, 'IpemWarning')
    const [a, b] = [await join(t, socket), await join(t, socket)]
    const stranger = createIpem().options({ socket: { ...socket, cookie: 'another cookie of somebody' } })
    t.after(() => stranger.close())
    const errors = errorsOf(stranger)
    await ready(stranger)
    await until(
      'both are told',
      () => errors.length > 0 && warnings.some((text) => /127\.0\.0\.1 was turned away/.test(text)),
    )
    assert.deepEqual([errors.map(({ code }) => code), stranger.isGrandMaster], [['ERR_IPEM_AUTH'], true])
    assert.match(warnings.join('\n'), /cookie/)
    assert.equal(JSON.stringify([errors, warnings]).includes(COOKIE), false)
    assert.deepEqual([a.childsOnline, b.parentPid], [1, a.pid])
    assert.equal((await join(t, socket)).parentPid, a.pid)
  })
})

describe('twenty processes at once', () => {
  it('have one grand master on one stale socket file, three times', async (t) => {
    const racers = new Racers(20)
    t.after(() => racers.end())
    for (let round = 0; round < 3; round++) {
      const socketPath = path.join(folderFor(t), 'bus')
      await leaveStaleSocket(socketPath)
      await racers.meet({ socket: { socketPath, ...common } })
    }
  })
})

describe("orphan: 'rejoin'", together, () => {
  const orphan = 'rejoin' as const
  const of = (socket: SocketOptions): IpemOptions => ({ useSocket: true, socket, orphan })

  it('brings forked children and cluster workers of a killed parent back over the socket, with all below them', async (t) => {
    const socket = await (places['a Unix socket'] as (typeof places)[string])(t)
    const top = await join(t, socket)
    const options = of(socket)
    const forks = [{ name: 'a', options, forks: [{ name: 'a1' }] }]
    const family = Family.of(t, { name: 'p', forks, workers: [{ name: 'w', options, forks: [{ name: 'w1' }] }] })
    await family.untilReady('p', 'a', 'a1', 'w', 'w1')
    family.top.kill('SIGKILL')
    await family.until('all four below the new parent', () => JSON.stringify(top.tree()).match(/"pid"/g)?.length === 5)
    const names = Object.fromEntries(['a', 'a1', 'w', 'w1'].map((name) => [pidOf(family, name), name]))
    assert.deepEqual(shapeOf(top.tree(), { ...names, [top.pid]: 'top' }), [
      'top',
      [
        ['a', [['a1', []]]],
        ['w', [['w1', []]]],
      ],
    ])
    assert.deepEqual(
      top.tree().children.map(({ role }) => role),
      ['socket', 'socket'],
    )
    for (const name of ['a', 'a1', 'w', 'w1']) assert.equal(await top.request(pidOf(family, name), 'name'), name)
    assert.deepEqual(
      family
        .said('parent')
        .filter(([name]) => name === 'a')
        .map(([, pid]) => pid),
      [pidOf(family, 'p'), top.pid],
    )
    assert.deepEqual(family.said('exit'), [])
  })

  it('makes one of the orphans the grand master where nobody listens', async (t) => {
    const socket = await (places.TCP as (typeof places)[string])(t)
    const options = of(socket)
    const forks = ['a', 'b', 'c'].map((name) => ({ name, options }))
    const family = Family.of(t, { name: 'p', options: { useSocket: true, socket }, forks })
    await family.untilReady('p', 'a', 'b', 'c')
    family.top.kill('SIGKILL')
    await family.until('new parents', () => family.said('parent').length === 6)
    const news = family.said('parent').slice(3)
    const master = news.find(([, pid]) => pid === null)?.[0] as string
    const joined = news.filter(([name]) => name !== master)
    assert.deepEqual(
      joined.map(([, pid]) => pid),
      Array(2).fill(pidOf(family, master)),
    )
    const watcher = await join(t, socket)
    assert.equal(watcher.parentPid, pidOf(family, master))
  })
})

describe('a second copy of the package', () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync('.build'), 'copy-'))
  fs.cpSync('dist', path.join(folder, 'dist'), { recursive: true })
  fs.copyFileSync('package.json', path.join(folder, 'package.json'))
  after(() => fs.rmSync(folder, { recursive: true }))
  const copy = pathToFileURL(path.join(folder, 'dist', 'index.js')).href
  const args = [copy, JSON.stringify({ useSocket: false })]

  for (const how of ['forked', 'adopted']) {
    it(`says so in a child that was ${how}, and leaves the first alone`, async (t) => {
      const ipem = await startIpem(t, { restart: false })
      const child =
        how === 'forked'
          ? ipem.fork(fixture('joining-copies'), args, { stdio: 'pipe' }).process
          : fork(fixture('joining-copies'), args, { stdio: 'pipe' })
      t.after(() => child.kill('SIGKILL'))
      const online = new Promise<string>((resolve) =>
        ipem.once('online', function () {
          resolve(this.from)
        }),
      )
      let text = ''
      child.stdout?.on('data', (data) => {
        text += data
      })
      await until('the error', () => text.includes('error'))
      assert.deepEqual(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).slice(2)),
        [
          ['ready', 'first'],
          ['error', 'second', 'ERR_IPEM_DUPLICATE_COPY'],
        ],
      )
      assert.equal(await ipem.request(await online, 'name'), 'first')
    })
  }

  it('is fine where the parent has no ipem', async (t) => {
    const family = new Family(t, fixture('process-send-foreign'), ['fork', '1', fixture('joining-copies'), ...args])
    await family.until('both are ready', () => family.lines.filter((line) => line[2] === 'ready').length === 2)
    assert.deepEqual(family.said('error'), [])
  })
})
