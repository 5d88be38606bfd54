import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { identityOf, kindOf, removeFile, takeName, uniqueBeside } from '../../src/join/socket-file.js'

const POSIX = { skip: process.platform === 'win32' ? 'Unix socket files' : false }

async function withSockets(
  run: (folder: string, bind: (name: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-'))
  const servers: net.Server[] = []
  const bind = async (name: string): Promise<string> => {
    const file = path.join(folder, name)
    const server = net.createServer().listen(file)
    servers.push(server)
    await once(server, 'listening')
    return file
  }
  try {
    await run(folder, bind)
  } finally {
    for (const server of servers) server.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

test('a unique name stands in the same folder and is short', () => {
  const one = uniqueBeside('/run/app/meet')
  assert.match(one, /^\/run\/app\/\.[0-9a-z]{11}$/)
  assert.notEqual(one, uniqueBeside('/run/app/meet'))
})

test('a unique name is never longer than a socket path may be', () => {
  for (let length = 1; length <= 97; length++) {
    const folder = `/${'d'.repeat(length)}`
    const name = uniqueBeside(`${folder}/x`)
    assert.equal(path.dirname(name), folder)
    assert.ok(Buffer.byteLength(name) <= 103 && path.basename(name).length === Math.min(12, 103 - (length + 1) - 1))
  }
})

test('a free name is taken', POSIX, () =>
  withSockets(async (folder, bind) => {
    const own = await bind('own')
    const identity = identityOf(own)
    assert.equal(takeName(own, path.join(folder, 'meet'), null), true)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
    assert.equal(identityOf(path.join(folder, 'meet')), identity)
  }),
)

test('a name that somebody has is left to him, and nothing stays behind', POSIX, () =>
  withSockets(async (folder, bind) => {
    const meet = await bind('meet')
    const identity = identityOf(meet)
    assert.equal(takeName(await bind('own'), meet, null), false)
    assert.equal(takeName(await bind('own2'), meet, 'another file that was stale'), false)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
    assert.equal(identityOf(meet), identity)
  }),
)

test('the file that refused a dial is replaced', POSIX, () =>
  withSockets(async (folder, bind) => {
    const meet = await bind('meet')
    const own = await bind('own')
    const identity = identityOf(own)
    assert.equal(takeName(own, meet, identityOf(meet)), true)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
    assert.equal(identityOf(meet), identity)
  }),
)

test('of two that found the same stale file the second does not take the name from the first', POSIX, () =>
  withSockets(async (folder, bind) => {
    const meet = await bind('meet')
    const stale = identityOf(meet)
    const [first, second] = [await bind('first'), await bind('second')]
    const winner = identityOf(first)
    assert.equal(takeName(first, meet, stale), true)
    assert.equal(takeName(second, meet, stale), false)
    assert.equal(identityOf(meet), winner)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
  }),
)

test('a live file that came between the look and the move is put back', POSIX, (t) =>
  withSockets(async (folder, bind) => {
    // The order that matters: we look, somebody else replaces the stale file, we move it away.
    const meet = await bind('meet')
    const stale = identityOf(meet)
    const [first, second] = [await bind('first'), await bind('second')]
    const winner = identityOf(first)
    const { renameSync } = fs
    let interleaved = false
    t.mock.method(fs, 'renameSync', (from: string, to: string) => {
      if (!interleaved) {
        interleaved = true
        assert.equal(takeName(first, meet, stale), true)
      }
      renameSync(from, to)
    })
    assert.equal(takeName(second, meet, stale), false)
    assert.equal(identityOf(meet), winner)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
  }),
)

test('a stale file that another one takes away a moment earlier leaves the name to the faster', POSIX, (t) =>
  withSockets(async (folder, bind) => {
    const meet = await bind('meet')
    const stale = identityOf(meet)
    const own = await bind('own')
    const { renameSync } = fs
    t.mock.method(fs, 'renameSync', (from: string, to: string) => {
      fs.rmSync(meet, { force: true })
      renameSync(from, to)
    })
    const identity = identityOf(own)
    assert.equal(takeName(own, meet, stale), true)
    assert.equal(identityOf(meet), identity)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
  }),
)

test('a file is removed only as long as it is the one that was bound', POSIX, () =>
  withSockets(async (folder, bind) => {
    const meet = await bind('meet')
    removeFile(meet, 'another')
    removeFile(meet, null)
    assert.deepEqual(fs.readdirSync(folder), ['meet'])
    removeFile(meet, identityOf(meet))
    assert.deepEqual(fs.readdirSync(folder), [])
    removeFile(meet, null)
  }),
)

test('what is no socket is told apart', POSIX, () =>
  withSockets(async (folder, bind) => {
    const file = path.join(folder, 'file')
    const link = path.join(folder, 'link')
    fs.writeFileSync(file, '')
    fs.symlinkSync(await bind('meet'), link)
    assert.equal(kindOf(path.join(folder, 'meet')), 'socket')
    for (const other of [file, link, folder]) assert.equal(kindOf(other), 'not-a-socket')
    assert.equal(kindOf(path.join(folder, 'nothing')), 'none')
    assert.equal(identityOf(file), null)
  }),
)
