import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createIpem, type OfflineInfo } from '../../src/index.js'
import { COOKIE, until } from './puppets.js'
import { forkRemote, remoteFile } from './remote.js'
import { assertClean, script, socketIn } from './script.js'
import { folderFor, isAlive, ready, startIpem } from './stage.js'

describe('after close() nothing is left and the script exits by itself:', { concurrency: 2 }, () => {
  const scenarios: [what: string, body: string, said?: unknown[][]][] = [
    ['alone', 'await started(ipem.options(options)); await ipem.close()'],
    ['before ready', 'ipem.options(options).start(); await ipem.close()'],
    [
      'before ready, with messages and requests held',
      `
      ipem.options(options).start()
      ipem.broadcast('x').sendToGrandMaster('x')
      const asked = ipem.request('grandmaster', 'x').catch(({ code }) => say(code))
      await ipem.close(); await asked`,
    ],
    [
      'twice, at the same time and later',
      `
      await started(ipem.options(options))
      await Promise.all([ipem.close(), ipem.close()])
      await ipem.close()`,
    ],
    [
      'in ready',
      `
      const done = new Promise((resolve) => ipem.on('ready', () => resolve(ipem.close())))
      ipem.options(options).start()
      await done`,
    ],
    [
      'by Symbol.asyncDispose',
      'const own = await started(createIpem().options(options)); await own[Symbol.asyncDispose]()',
    ],
    [
      'with a child',
      `
      await started(ipem.options(options))
      await ipem.fork(remote, ['{}']).online
      await ipem.close()`,
    ],
    [
      'with a child that is not online yet',
      `
      await started(ipem.options(options))
      ipem.fork(remote, ['{}'])
      await ipem.close()`,
    ],
    [
      'with a child forked before ready',
      `
      ipem.options(options).start()
      ipem.fork(remote, ['{}'])
      await ipem.close()`,
    ],
    [
      'with a child that waits for its restart',
      `
      await started(ipem.options(options).on('error', () => {}))
      const child = ipem.fork('/no/such/file.js', [], { stdio: 'ignore', delayRestart: 60000 })
      await once(child, 'exit')
      await ipem.close()`,
    ],
    [
      'with a cluster worker',
      `
      await started(ipem.options(options))
      cluster.setupPrimary({ exec: remote, args: ['{}'] })
      await ipem.worker().online
      await ipem.close()`,
    ],
    [
      'with a child of its own that was adopted',
      `
      const { fork } = await import('node:child_process')
      await started(ipem.options(options))
      const online = once(ipem, 'online')
      const child = fork(remote, ['{"useSocket":false}'])
      await online
      await ipem.close()
      child.kill()
      await once(child, 'exit')`,
    ],
    [
      'with requests under way, in both directions',
      `
      await started(ipem.options(options))
      const pid = await ipem.fork(remote, ['{}']).online
      ipem.once('x', () => {}).removeAllListeners('x')
      let begun = 0
      const both = new Promise((resolve) => ipem.handle('hang', function () {
        if (++begun === 2) resolve()
        return new Promise(() => this.signal.addEventListener('abort', () => say('handler', this.signal.reason.code)))
      }))
      const asked = [[pid, 'run', '(ipem) => ipem.request("parent", "hang")'], [ipem.pid, 'hang']].map((call) => ipem.request(...call).catch(({ code }) => say(code)))
      await both
      await ipem.close(); await Promise.all(asked)`,
      [['ERR_IPEM_CLOSED'], ['ERR_IPEM_GONE'], ['handler', 'ERR_IPEM_CLOSED'], ['handler', 'ERR_IPEM_GONE']],
    ],
    [
      'with requestAll under way',
      `
      await started(ipem.options(options))
      await ipem.fork(remote, ['{}']).online
      const rows = ipem.requestAll('childs', 'run', '() => new Promise(() => {})')
      const row = rows.next().then(({ value }) => say(value.error.code))
      await ipem.close(); await row`,
      [['ERR_IPEM_GONE']],
    ],
  ]
  const withSocketToo = ['alone', 'before ready, with messages and requests held', 'in ready', 'with a child']
  for (const [what, body, said] of scenarios) {
    it(what, async (t) => {
      const result = await script(t, body)
      assertClean(result)
      if (said !== undefined) assert.deepEqual(result.said.sort(), said)
    })
  }

  for (const [what, body] of scenarios.filter(([what]) => withSocketToo.includes(what))) {
    it(`${what}, with a socket`, async (t) => {
      const folder = folderFor(t)
      assertClean(await script(t, body, { socket: socketIn(folder) }))
      assert.equal(existsSync(path.join(folder, 'bus')), false, 'the socket file is gone')
    })
  }

  it('with a listening TCP port', async (t) => {
    const body = `
      await started(ipem.options(options))
      say(ipem.address().port)
      await ipem.close()
      say(ipem.address())`
    const result = await script(t, body, { socket: { port: 0, cookie: COOKIE } })
    assertClean(result)
    assert.equal(result.said[1]?.[0], null)
    await assert.rejects(once(net.connect(result.said[0]?.[0] as number, '127.0.0.1'), 'connect'))
  })

  it('joined by socket; the grand master hears a goodbye', async (t) => {
    const socket = socketIn(folderFor(t))
    const gm = await startIpem(t, { useSocket: true, socket })
    const offline = once(gm, 'offline')
    assertClean(await script(t, 'await started(ipem.options(options)); await ipem.close()', { socket }))
    assert.deepEqual((await offline)[1], { code: null, signal: null, reason: 'closed' })
    assert.equal(existsSync(socket.socketPath), true, 'the socket is not its own to remove')
  })

  it('while the grand master is gone and it waits to meet the others again', async (t) => {
    const socket = { ...socketIn(folderFor(t)), onlyConnect: true, delayReconnect: 60_000 }
    const gm = createIpem().options({ socket: { ...socket, onlyConnect: false } })
    await ready(gm)
    const online = once(gm, 'online')
    const body = `
      await started(ipem.options(options))
      await new Promise((resolve) => ipem.on('offline', resolve))
      await ipem.close()`
    const result = script(t, body, { socket })
    await online
    await gm.close()
    assertClean(await result)
  })

  it('while nobody is there to connect to', async (t) => {
    const socket = { ...socketIn(folderFor(t)), onlyConnect: true, delayReconnect: 60_000 }
    assertClean(await script(t, 'ipem.options(options).start(); await ipem.close()', { socket }))
  })

  it('while what listens there says nothing', async (t) => {
    const socket = socketIn(folderFor(t))
    const connections: net.Socket[] = []
    const called = `${socket.socketPath}-called`
    const server = net.createServer((connection) => {
      connections.push(connection)
      writeFileSync(called, '')
    })
    server.listen(socket.socketPath)
    t.after(() => {
      server.close()
      for (const connection of connections) connection.destroy()
    })
    await once(server, 'listening')
    const body = `
      ipem.options(options).start()
      const { existsSync } = process.getBuiltinModule('node:fs')
      while (!existsSync(${JSON.stringify(called)})) await new Promise((resolve) => setTimeout(resolve, 5))
      await ipem.close()`
    assertClean(await script(t, body, { socket, handshakeTimeout: 60_000 }))
  })

  it('with a member that does not read any more', async (t) => {
    const socket = socketIn(folderFor(t))
    // Only connect: else it might be the first, and the grand master.
    const options = JSON.stringify({ socket: { ...socket, onlyConnect: true } })
    const member = spawn(process.execPath, [remoteFile, options], { stdio: 'inherit' })
    t.after(() => member.kill('SIGKILL'))
    const body = `
      const online = once(ipem, 'online')
      await started(ipem.options(options))
      await online
      process.kill(${member.pid}, 'SIGSTOP')
      ipem.sendToChilds('x')
      await ipem.close()`
    assertClean(await script(t, body, { socket, flushDeadlineMs: 200 }))
  })
})

describe('close() of a child', { concurrency: 2 }, () => {
  it('is told to its parent: `closed` while it lives on, its exit code if it goes', async (t) => {
    const top = await startIpem(t)
    const [stays, goes] = [await forkRemote(top), await forkRemote(top)]
    const offlines: Record<string, OfflineInfo> = {}
    top.on('offline', (pid, info) => {
      offlines[pid] = info
    })
    await stays.run((ipem) => void [setInterval(() => {}, 1000), setImmediate(() => ipem.close())])
    await goes.run((ipem) => void setImmediate(() => ipem.close()))
    await until('both to be offline', () => Object.keys(offlines).length === 2)
    assert.deepEqual(offlines[stays.pid], { code: null, signal: null, reason: 'closed' })
    assert.deepEqual(offlines[goes.pid], { code: 0, signal: null, reason: 'exit' })
    assert.deepEqual([isAlive(stays.osPid), top.childsOnline], [true, 0])
    stays.kill()
  })

  it('lets an adopted one exit by itself', async (t) => {
    const body = `
      const { fork } = process.getBuiltinModule('node:child_process')
      await started(ipem.options(options))
      const online = once(ipem, 'online')
      const child = fork(remote, ['{"useSocket":false}'])
      const exit = once(child, 'exit')
      await online
      ipem.on('offline', (pid, info) => say('offline', info))
      await ipem.request(ipem.tree().children[0].pid, 'run', '(ipem) => void setImmediate(() => ipem.close())')
      say('exit', ...(await exit))
      await ipem.close()`
    const result = await script(t, body)
    assertClean(result)
    assert.deepEqual(result.said, [
      ['offline', { code: null, signal: null, reason: 'closed' }],
      ['exit', 0, null],
    ])
  })

  it('lets a cluster worker disconnect and exit', async (t) => {
    const body = `
      cluster.setupPrimary({ exec: remote, args: ['{}'] })
      await started(ipem.options(options))
      const child = ipem.worker({ restart: false })
      const pid = await child.online
      const exit = once(child, 'exit')
      ipem.on('offline', (pid, info) => say('offline', info))
      await ipem.request(pid, 'run', '(ipem) => void setImmediate(async () => { await ipem.close(); process.disconnect() })')
      say('exit', ...(await exit))
      await ipem.close()`
    const result = await script(t, body)
    assertClean(result)
    assert.deepEqual(result.said.sort(), [
      ['exit', 0, null],
      ['offline', { code: 0, signal: null, reason: 'exit' }],
    ])
  })

  it('before it is ready lets it exit too, forked by ipem or by somebody without', async (t) => {
    const inner = JSON.stringify(`ipem.options({ useSocket: false }).start(); await ipem.close(); say('closed')`)
    const body = `
      const script = process.argv[1]
      const { fork } = process.getBuiltinModule('node:child_process')
      say('plain', await once(fork(script, [${inner}]), 'exit'))
      await started(ipem.options(options))
      const child = ipem.fork(script, [${inner}], { restart: false })
      const online = child.online.catch(({ code }) => say(code))
      const exit = await once(child, 'exit')
      await online
      say('forked', exit)
      await ipem.close()`
    const result = await script(t, body)
    assertClean(result)
    const said = result.said.filter(([what]) => what !== 'left')
    assert.deepEqual(said, [
      ['closed'],
      ['plain', [0, null]],
      ['closed'],
      ['ERR_IPEM_CHILD_EXITED'],
      ['forked', [0, null]],
    ])
    for (const [, left] of result.said.filter(([what]) => what === 'left')) assert.deepEqual(left, [])
  })

  it('takes its own children along', async (t) => {
    const top = await startIpem(t)
    const child = await forkRemote(top)
    const grandchild = await child.fork()
    const gone: string[] = []
    top.on('offline', (pid) => gone.push(pid))
    await child.run((ipem) => void setImmediate(() => ipem.close()))
    await until('both to be gone', () => gone.length === 2)
    assert.deepEqual(gone, [grandchild.pid, child.pid])
    assert.equal(isAlive(grandchild.osPid), false)
  })
})

describe('close() with children', { concurrency: 2 }, () => {
  it('stops them in reverse order, each after the one before has ended, and hears their last words', async (t) => {
    const body = `
      await started(ipem.options(options))
      for (const event of ['term', 'last words']) ipem.on(event, (name) => say(event, name))
      const names = ['first', 'second', 'third']
      for (const name of names) {
        const pid = await ipem.fork(remote, ['{}']).online
        await ipem.request(pid, 'run', \`(ipem) => void process.on('SIGTERM', () => {
          ipem.sendToParents('term', '\${name}')
          setTimeout(() => { ipem.sendToParents('last words', '\${name}'); process.exit(0) }, 20)
        })\`)
      }
      await ipem.close()`
    const result = await script(t, body)
    assertClean(result)
    assert.deepEqual(
      result.said,
      ['third', 'second', 'first'].flatMap((name) => [
        ['term', name],
        ['last words', name],
      ]),
    )
  })

  it('kills those that do not go after stopTimeout', async (t) => {
    const body = `
      await started(ipem.options(options))
      const child = ipem.fork(remote, ['{}'])
      await ipem.request(await child.online, 'run', '() => void process.on("SIGTERM", () => {})')
      child.on('exit', (...exit) => say('exit', ...exit))
      await ipem.close()`
    const result = await script(t, body, { useSocket: false, stopTimeout: 100 })
    assertClean(result)
    assert.deepEqual(result.said, [['exit', null, 'SIGKILL']])
  })

  it('lets listeners answer meanwhile; afterwards sending throws', async (t) => {
    const body = `
      await started(ipem.options(options))
      ipem.on('question', function (x) { ipem.sendTo(this.pids, 'answer', x + 1) })
      ipem.on('got', (x) => say('got', x))
      const child = ipem.fork(remote, ['{}'])
      await ipem.request(await child.online, 'run', \`(ipem) => {
        ipem.on('answer', (x) => { ipem.sendToParents('got', x); process.exit(0) })
        process.on('SIGTERM', () => ipem.sendToParents('question', 1))
      }\`)
      const closing = ipem.close()
      try { ipem.fork(remote) } catch ({ code }) { say('fork', code) }
      await closing
      for (const call of [() => ipem.broadcast('x'), () => ipem.sendTo(ipem.pid, 'x'), () => ipem.fork(remote), () => ipem.unref(), () => ipem.requestAll('childs', 'x')]) {
        try { call() } catch ({ code }) { say(code) }
      }
      await ipem.request(ipem.pid, 'x').catch(({ code }) => say(code))
      await ipem.tree({ root: 'grandmaster' }).catch(({ code }) => say(code))
      say(ipem.emit('x'), ipem.tree().children.length, ipem.childsOnline)
      await ipem.flush()`
    const result = await script(t, body)
    assertClean(result)
    assert.deepEqual(result.said, [
      ['fork', 'ERR_IPEM_CLOSED'],
      ['got', 2],
      ...Array.from({ length: 7 }, () => ['ERR_IPEM_CLOSED']),
      [false, 0, 0],
    ])
  })
})
