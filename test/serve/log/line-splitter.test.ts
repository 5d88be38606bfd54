import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LineSplitter, MAX_LINE_BYTES } from '../../../src/serve/log/line-splitter.js'

/** What comes out, piece by piece, the rest at the end included. */
function split(chunks: readonly Buffer[]): Buffer[] {
  const splitter = new LineSplitter()
  const out = chunks.map((chunk) => splitter.push(chunk))
  return [...out, splitter.end()].filter((piece) => piece !== null)
}

const texts = (...chunks: string[]) => split(chunks.map((text) => Buffer.from(text))).map(String)

describe('lines out of bytes', () => {
  const rows: [title: string, chunks: string[], pieces: string[]][] = [
    ['a whole line comes at once', ['a\n'], ['a\n']],
    ['several lines come together', ['a\nb\n'], ['a\nb\n']],
    ['a line in parts comes when it is whole', ['a', 'b', 'c\n'], ['abc\n']],
    ['the start of the next line waits', ['a\nb', 'c\n'], ['a\n', 'bc\n']],
    ['a line end of its own is the end of what waits', ['a', '\n'], ['a\n']],
    ['empty lines stay', ['\n\n', '\n'], ['\n\n', '\n']],
    ['what is left gets a line end', ['a\nb'], ['a\n', 'b\n']],
    ['nothing left is nothing', ['a\n', ''], ['a\n']],
    ['no bytes are no line', [''], []],
  ]
  for (const [title, chunks, pieces] of rows) {
    it(title, () => assert.deepEqual(texts(...chunks), pieces))
  }

  it('can go on after the end', () => {
    const splitter = new LineSplitter()
    splitter.push(Buffer.from('a'))
    assert.equal(String(splitter.end()), 'a\n')
    assert.equal(splitter.end(), null)
    assert.equal(String(splitter.push(Buffer.from('b\n'))), 'b\n')
  })

  const byte = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }) },
    { weight: 1, arbitrary: fc.constant(10) },
  )
  const bytes = fc.array(byte, { maxLength: 200 }).map((each) => Buffer.from(each))

  it('are the same however the bytes were cut, and only whole ones come', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200)), (all, cuts) => {
        const pieces = split(cut(all, cuts))
        const missing = all.length > 0 && all.at(-1) !== 10 ? '\n' : ''
        assert.deepEqual(Buffer.concat(pieces), Buffer.concat([all, Buffer.from(missing)]))
        for (const piece of pieces) assert.equal(piece.at(-1), 10)
      }),
    )
  })
})

describe('a line that is too long', () => {
  const part = Buffer.alloc(MAX_LINE_BYTES / 4, 'x')

  it('is still kept at the most it may have', () => {
    const splitter = new LineSplitter()
    for (let n = 0; n < 4; n++) assert.equal(splitter.push(part), null)
    assert.equal(splitter.push(Buffer.from('\n'))?.length, MAX_LINE_BYTES + 1)
  })

  it('is passed on in parts that are lines, and none of its bytes is lost', () => {
    const pieces = split([...Array.from({ length: 11 }, () => part), Buffer.from('end\n')])
    for (const piece of pieces) assert.equal(piece.at(-1), 10)
    for (const piece of pieces.slice(0, -1)) assert.ok(piece.length <= MAX_LINE_BYTES + part.length + 1)
    assert.equal(pieces.length, 3)
    const text = String(Buffer.concat(pieces)).replaceAll('\n', '')
    assert.equal(text.length, 11 * part.length + 3)
    assert.ok(text.endsWith('xend'))
  })

  it('is no reason to cut the next one', () => {
    const splitter = new LineSplitter()
    splitter.push(Buffer.alloc(MAX_LINE_BYTES + 1, 'x'))
    assert.equal(splitter.push(Buffer.from('a')), null)
    assert.equal(String(splitter.push(Buffer.from('b\n'))), 'ab\n')
  })
})

function cut(all: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((at) => at % (all.length + 1)), all.length].sort((a, b) => a - b)
  return ends.map((end, index) => all.subarray(ends[index - 1] ?? 0, end))
}
