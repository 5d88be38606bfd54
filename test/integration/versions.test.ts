// Two versions of the protocol in one tree: the built package, and a copy that says it speaks the next one.

import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { PROTOCOL_VERSION } from '../../src/wire/handshake.js'
import { COOKIE } from './puppets.js'
import { Family, fixture, folderFor } from './stage.js'

const NEXT = PROTOCOL_VERSION + 1
const present = pathToFileURL(path.resolve('dist', 'index.js')).href
/** Within the project, where its dependencies are found. */
const folder = path.resolve('.build', `version-${process.pid}`)
const next = pathToFileURL(path.join(folder, 'index.js')).href

const versions = { present: [present, PROTOCOL_VERSION], next: [next, NEXT] } as const

function start(t: TestContext, spec: object): Family {
  return new Family(t, fixture('versions-member'), [JSON.stringify(spec)])
}

describe('two versions', { concurrency: 2 }, () => {
  before(() => {
    cpSync(path.resolve('dist'), folder, { recursive: true })
    const file = path.join(folder, 'index.js')
    const text = readFileSync(file, 'utf8')
    const changed = text.replace(`PROTOCOL_VERSION=${PROTOCOL_VERSION},`, `PROTOCOL_VERSION=${NEXT},`)
    assert.notEqual(changed, text, 'the version is where it was')
    writeFileSync(file, changed)
  })

  after(() => rmSync(folder, { recursive: true }))

  for (const [own, other] of [
    ['present', 'next'],
    ['next', 'present'],
  ] as const) {
    const [file, version] = versions[own]
    const [otherFile, otherVersion] = versions[other]

    it(`a child of the ${other} one under a parent of the ${own} one is refused, both know why, its sibling is not`, async (t) => {
      const forks = [
        { name: 'other', file: otherFile },
        { name: 'same', file },
      ]
      const family = start(t, { name: 'parent', file, forks })
      await family.until('the errors', () => family.said('error').length >= 2)
      await family.until('the sibling', () => family.said('childs').length >= 1)
      assert.deepEqual(family.said('error').sort(), [
        ['other', 'ERR_IPEM_VERSION', otherVersion, version],
        ['parent', 'ERR_IPEM_VERSION', version, otherVersion],
      ])
      assert.deepEqual(family.said('childs'), [['parent', 1]])
      assert.ok(family.said('ready').some(([name, parent]) => name === 'same' && parent !== null))
    })

    it(`who comes by socket with the ${other} one to the ${own} one is refused, both know why, the others are not`, async (t) => {
      const socket = { socketPath: path.join(folderFor(t), 'bus'), cookie: COOKIE, delayReconnect: 200 }
      const options = { useSocket: true, socket }
      const master = start(t, { name: 'master', file, options })
      await master.untilReady('master')
      const stranger = start(t, { name: 'stranger', file: otherFile, options })
      await stranger.until('the error', () => stranger.said('error').length > 0)
      assert.deepEqual(stranger.said('error'), [['stranger', 'ERR_IPEM_VERSION', otherVersion, version]])
      await master.until('the warning', () => master.said('warning').length > 0)
      assert.match(String(master.said('warning')[0]?.[1]), new RegExp(`version ${version} .*version ${otherVersion}`))
      const member = start(t, { name: 'member', file, options })
      await member.untilReady('member')
      assert.notEqual(member.said('ready')[0]?.[1], null, 'it joined')
      await master.until('the member', () => master.said('childs').length > 0)
      assert.deepEqual(master.said('childs'), [['master', 1]])
    })
  }
})
