import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { loadConfigFile } from '../../../src/serve/config/load-file.js'
import { temporaryFolder } from '../temporary.js'

/** Writes files into a folder of their own. */
function folderWith(context: TestContext, files: Readonly<Record<string, string>>) {
  const at = temporaryFolder(context)
  const write = (name: string, text: string) => fs.writeFileSync(at(name), text)
  for (const [name, text] of Object.entries(files)) write(name, text)
  return { at, write }
}

describe('what a configuration file may look like', () => {
  const rows: [title: string, name: string, text: string][] = [
    ['JSON', 'a.json', '{ "workers": 2 }'],
    ['exports.load of CommonJS', 'a.cjs', 'exports.load = () => ({ workers: 2 })'],
    ['a load() that is asynchronous', 'a.cjs', 'exports.load = async () => { await null; return { workers: 2 } }'],
    ['a flat object of CommonJS', 'a.cjs', 'module.exports = { workers: 2 }'],
    ['a function of CommonJS', 'a.cjs', 'module.exports = () => ({ workers: 2 })'],
    ['single exports of CommonJS', 'a.cjs', 'exports.workers = 2'],
    ['the extension .js without a package', 'a.js', 'exports.workers = 2'],
    ['the default export of an ES module', 'a.mjs', 'export default { workers: 2 }'],
    ['a function as the default export', 'a.mjs', 'export default async () => ({ workers: 2 })'],
    ['a default export with load()', 'a.mjs', 'export default { load: () => ({ workers: 2 }) }'],
    ['the named exports of an ES module', 'a.mjs', 'export const workers = 2'],
    ['an exported load()', 'a.mjs', 'export async function load() { return { workers: 2 } }'],
    ['a module that waits at its top', 'a.mjs', 'export default await Promise.resolve({ workers: 2 })'],
  ]
  for (const [title, name, text] of rows) {
    it(title, async (context) => {
      const { at } = folderWith(context, { [name]: text })
      assert.deepEqual({ ...((await loadConfigFile(at(name))) as object) }, { workers: 2 })
    })
  }
})

describe('a configuration file that has changed', () => {
  const rows: [name: string, text: (workers: number) => string][] = [
    ['a.json', (workers) => `{ "workers": ${workers} }`],
    ['a.cjs', (workers) => `module.exports = { workers: ${workers} }`],
    ['a.mjs', (workers) => `export default { workers: ${workers} }`],
  ]
  for (const [name, text] of rows) {
    it(`is read anew: ${name}`, async (context) => {
      const { at, write } = folderWith(context, { [name]: text(1) })
      assert.deepEqual(await loadConfigFile(at(name)), { workers: 1 })
      for (const workers of [2, 3]) {
        write(name, text(workers))
        assert.deepEqual(await loadConfigFile(at(name)), { workers })
      }
    })
  }

  for (const text of ['module.exports = require("./b.cjs")', 'module.exports = { ...require("./b.cjs") }']) {
    it(`is whole again where it passes on another one: ${text}`, async (context) => {
      const { at, write } = folderWith(context, { 'a.cjs': text, 'b.cjs': 'exports.workers = 1' })
      assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 1 })
      assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 1 })
      write('b.cjs', 'exports.workers = 2')
      assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 2 })
    })
  }

  it('is read anew with what it requires, however deep', async (context) => {
    const { at, write } = folderWith(context, {
      'a.cjs': 'const b = require("./b.cjs"); exports.workers = b.workers',
      'b.cjs': 'exports.workers = require("./c.cjs")',
      'c.cjs': 'module.exports = 1',
    })
    assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 1 })
    write('c.cjs', 'module.exports = 2')
    assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 2 })
  })

  it('is read anew where two files require each other', async (context) => {
    const { at, write } = folderWith(context, {
      'a.cjs': 'exports.workers = 1; require("./b.cjs")',
      'b.cjs': 'require("./a.cjs")',
    })
    await loadConfigFile(at('a.cjs'))
    write('a.cjs', 'exports.workers = 2; require("./b.cjs")')
    assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 2 })
  })

  it('is read anew by way of a symbolic link that now leads elsewhere', async (context) => {
    const { at } = folderWith(context, { 'one.cjs': 'exports.workers = 1', 'two.cjs': 'exports.workers = 2' })
    fs.symlinkSync(at('one.cjs'), at('current.cjs'))
    assert.deepEqual(await loadConfigFile(at('current.cjs')), { workers: 1 })
    fs.rmSync(at('current.cjs'))
    fs.symlinkSync(at('two.cjs'), at('current.cjs'))
    assert.deepEqual(await loadConfigFile(at('current.cjs')), { workers: 2 })
  })

  it('leaves packages as they are', async (context) => {
    const { at, write } = folderWith(context, { 'a.cjs': 'exports.workers = require("some-package")' })
    fs.mkdirSync(at('node_modules/some-package'), { recursive: true })
    write('node_modules/some-package/index.js', 'module.exports = 1')
    await loadConfigFile(at('a.cjs'))
    write('node_modules/some-package/index.js', 'module.exports = 2')
    assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 1 })
  })

  it('is whole again after it was broken', async (context) => {
    const { at, write } = folderWith(context, { 'a.cjs': 'module.exports = {' })
    await assert.rejects(loadConfigFile(at('a.cjs')))
    write('a.cjs', 'module.exports = { workers: 1 }')
    assert.deepEqual(await loadConfigFile(at('a.cjs')), { workers: 1 })
  })
})

describe('a configuration file that cannot be read', () => {
  const rows: [title: string, name: string, text: string | null, cause: RegExp][] = [
    ['broken JSON', 'a.json', '{', /^SyntaxError/],
    ['broken CommonJS', 'a.cjs', 'exports.load = (', /^SyntaxError/],
    ['a broken ES module', 'a.mjs', 'export default {', /^SyntaxError/],
    ['a file that throws', 'a.cjs', 'throw new RangeError("mine")', /^RangeError: mine$/],
    ['a load() that rejects', 'a.mjs', 'export const load = async () => { throw new RangeError("mine") }', /mine$/],
    ['a file that throws what is no error', 'a.cjs', 'throw "mine"', /^mine$/],
    ['a module that is not there', 'a.cjs', 'require("./gone.cjs")', /gone\.cjs/],
    ['no file', 'a.cjs', null, /ENOENT/],
    ['no JSON', 'a.json', null, /ENOENT/],
  ]
  for (const [title, name, text, cause] of rows) {
    it(`is an error with its cause: ${title}`, async (context) => {
      const { at } = folderWith(context, text === null ? {} : { [name]: text })
      await assert.rejects(loadConfigFile(at(name)), (error: Error & { code?: string; path?: string }) => {
        assert.equal(error.code, 'ERR_IPEM_CONFIG')
        assert.equal(error.path, at(name))
        assert.match(String(error.cause), cause)
        return error.message.startsWith(`${at(name)}: `)
      })
    })
  }
})
