import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import tls from 'node:tls'
import { selfSigned } from '../conformance/sockets.js'
import { app, folderOf, ServeStage } from '../serve/stage.js'

const OPENSSL = selfSigned() === null ? { skip: 'needs openssl' } : {}

function secure(t: TestContext, config: object): Promise<ServeStage> {
  const folder = folderOf(t)
  const file = path.join(folder, 'config.json')
  fs.writeFileSync(file, JSON.stringify({ workerApp: app('secure.cjs'), listenPort: 0, ...config }))
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const made = selfSigned()
  fs.writeFileSync(key, made?.key ?? '')
  fs.writeFileSync(cert, made?.cert ?? '')
  const env = { KEY_FILE: key, CERT_FILE: cert }
  return ServeStage.serving(t, ['-c', file], { env })
}

/** Greets on a connection that is there, and asks. */
async function ask(raw: net.Socket): Promise<{ status: number | undefined; body: string }> {
  const socket = tls.connect({ socket: raw, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const request = http.get({ createConnection: () => socket, host: 'localhost' })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode, body }
}

describe('a server of https', OPENSSL, () => {
  it('answers a connection that was there before a reload and greets after it', async (t) => {
    const stage = await secure(t, { workers: 2 })
    const first = stage.workers()
    const raws = Array.from({ length: 4 }, () => net.connect(stage.port, '127.0.0.1'))
    t.after(() => {
      for (const raw of raws) raw.destroy()
    })
    await Promise.all(raws.map((raw) => once(raw, 'connect')))
    stage.kill('SIGHUP')
    await stage.untilLog('Reloaded')
    const answers = await Promise.all(raws.map(ask))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    assert.ok(answers.every(({ body }) => [...first, ...stage.workers()].includes(Number(body))))
  })

  it('can have its clients sticky by their address', async (t) => {
    const stage = await secure(t, { workers: 4, sticky: 'ip' })
    const ask1 = () => ask(net.connect(stage.port, '127.0.0.1'))
    const answers = await Promise.all(Array.from({ length: 6 }, ask1))
    assert.equal(new Set(answers.map(({ body }) => body)).size, 1)
    assert.ok(answers.every(({ status }) => status === 200))
  })
})
