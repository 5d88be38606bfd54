import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, test } from 'node:test'
import { ERROR_CODES, IpemError, type IpemErrorCode } from '../src/errors.js'

const page = fs.readFileSync('docs/errors.md', 'utf8')
const sections = page.split(/^### /m).slice(1)

describe('the table of codes', () => {
  test('is the same as the headings of docs/errors.md', () => {
    const headings = sections.map((section) => section.split('\n', 1)[0])
    assert.deepEqual([...headings].sort(), Object.keys(ERROR_CODES).sort())
  })

  test('is the same as the type', () => {
    // Compiles only while both say the same.
    const toTable: keyof typeof ERROR_CODES = '' as IpemErrorCode
    const toType: IpemErrorCode = '' as keyof typeof ERROR_CODES
    assert.equal(toTable, toType)
  })

  test('is the same as in the published declarations', () => {
    const declared = fs.readFileSync('typings/errors.d.ts', 'utf8').match(/\bERR_IPEM_\w+(?=:)/g)
    assert.deepEqual(declared?.sort(), Object.keys(ERROR_CODES).sort())
  })

  test('is in alphabetical order', () => {
    const codes = Object.keys(ERROR_CODES)
    assert.deepEqual(
      codes,
      codes.toSorted((a, b) => a.localeCompare(b)),
    )
  })

  for (const code of Object.keys(ERROR_CODES)) {
    test(`has a paragraph of advice for ${code}`, () => {
      const section = sections.find((text) => text.startsWith(`${code}\n`)) ?? ''
      const [paragraph = ''] = section.slice(code.length).trim().split('\n\n')
      assert.ok(paragraph.length > 80, 'docs/errors.md has to say what it means and what to do')
    })
  }

  test('has no code that nothing uses', () => {
    const files = fs.readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const source = files.filter((name) => name !== 'errors.ts').map((name) => fs.readFileSync(`src/${name}`, 'utf8'))
    const text = source.join('\n')
    assert.deepEqual(
      Object.keys(ERROR_CODES).filter((code) => !text.includes(`'${code}'`)),
      [],
    )
  })
})

describe('an IpemError', () => {
  test('has code, message and its fields as own properties', () => {
    const error = new IpemError('ERR_IPEM_TOO_LARGE', 'too large', { size: 2, limit: 1 })
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'IpemError')
    assert.equal(error.message, 'too large')
    assert.deepEqual({ ...error }, { name: 'IpemError', code: 'ERR_IPEM_TOO_LARGE', size: 2, limit: 1 })
  })

  test('keeps its cause, also one that is undefined, where errors have it', () => {
    const cause = new Error('inner')
    const error = new IpemError('ERR_IPEM_SPAWN', 'x', { cause })
    assert.equal(error.cause, cause)
    assert.ok(!Object.keys(error).includes('cause'))
    assert.ok('cause' in new IpemError('ERR_IPEM_SPAWN', 'x', { cause: undefined }))
    assert.ok(!('cause' in new IpemError('ERR_IPEM_SPAWN', 'x')))
  })

  test('is called AbortError where something was aborted, as the platform does', () => {
    assert.equal(new IpemError('ERR_IPEM_ABORTED', 'x').name, 'AbortError')
  })
})
