import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import { controlFolder, folderProblem, makeFolder } from '../../../src/serve/control/control-folder.js'
import { temporaryFolder } from '../temporary.js'

const uid = process.geteuid?.() ?? 0

describe('where the folder is', () => {
  const rows: [env: Record<string, string>, path: string][] = [
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, '/run/user/7/ipem-serve'],
    [{}, '/tmp/ipem-serve-7'],
    [{ XDG_RUNTIME_DIR: '' }, '/tmp/ipem-serve-7'],
    [{ XDG_RUNTIME_DIR: 'relative' }, '/tmp/ipem-serve-7'],
  ]
  for (const [env, path] of rows) {
    test(`with ${JSON.stringify(env)}: ${path}`, () => {
      assert.deepEqual(controlFolder({ env, temporary: '/tmp', uid: 7 }), { path, uid: 7 })
    })
  }

  test('nowhere, where files have no owner', () => {
    assert.equal(controlFolder({ env: {}, temporary: '/tmp', uid: undefined }), null)
  })
})

describe('whether the folder can be trusted', () => {
  test('one that is not there is made, and then is', (t) => {
    const folder = { path: temporaryFolder(t)('control'), uid }
    assert.equal(folderProblem(folder), undefined)
    assert.equal(makeFolder(folder), null)
    assert.equal(makeFolder(folder), null)
    assert.equal(fs.statSync(folder.path).mode & 0o777, 0o700)
  })

  test('not with another mode, of another user, behind a link, or as a file', (t) => {
    const at = temporaryFolder(t)
    fs.mkdirSync(at('private'), { mode: 0o700 })
    fs.mkdirSync(at('open'))
    fs.chmodSync(at('open'), 0o701)
    fs.symlinkSync(at('private'), at('link'))
    fs.writeFileSync(at('file'), '')
    assert.match(makeFolder({ path: at('open'), uid }) ?? '', /has mode 701, expected 700/)
    assert.match(makeFolder({ path: at('private'), uid: uid + 1 }) ?? '', /belongs to another user/)
    assert.match(makeFolder({ path: at('link'), uid }) ?? '', /is not a directory/)
    assert.match(makeFolder({ path: at('file'), uid }) ?? '', /is not a directory/)
    assert.match(makeFolder({ path: at('missing/control'), uid }) ?? '', /ENOENT/)
    assert.match(folderProblem({ path: at('file/control'), uid }) ?? '', /ENOTDIR/)
  })
})
