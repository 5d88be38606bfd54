import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fixturePath, sources, withFolder } from './rendezvous-peers.js'

/** The slow suite asks for more. */
const ROUNDS = Number(process.env.IPEM_ROUNDS ?? 1)

for (let round = 1; round <= ROUNDS; round++) {
  test(`20 processes that use the cookie for the first time at once all get the same, round ${round}`, () =>
    withFolder(async (folder) => {
      const env = { ...process.env, XDG_STATE_HOME: folder, LOCALAPPDATA: folder }
      const readers = Array.from({ length: 20 }, () =>
        fork(fixturePath('cookie-reader.js'), [sources], { env, execArgv: [] }),
      )
      try {
        await Promise.all(readers.map((reader) => once(reader, 'message')))
        const answers = Promise.all(readers.map((reader) => once(reader, 'message')))
        for (const reader of readers) reader.send('now')
        const cookies = new Set((await answers).map(([cookie]) => String(cookie)))
        assert.equal(cookies.size, 1)
        assert.match([...cookies].join(), /^[0-9a-f]{64}$/)
        assert.deepEqual(fs.readdirSync(path.join(folder, 'ipem')), ['cookie'])
      } finally {
        for (const reader of readers) reader.kill('SIGKILL')
      }
    }))
}
