import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pack } from 'msgpackr'
import { packFields, unpackFields } from '../../src/wire/control.js'

describe('the fields of a frame', () => {
  it('are MessagePack, and come back', () => {
    const fields = [
      'online',
      ['1-a', '2-b'],
      [null, 7, -1, 2 ** 40, 'ö', true, Buffer.from([1, 2])],
      'x'.repeat(70_000),
    ]
    const bytes = packFields(fields)
    assert.ok(bytes.equals(pack(fields)))
    assert.deepEqual(unpackFields(Buffer.concat([Buffer.from([0]), bytes]), 1, bytes.length + 1), fields)
  })

  it('are not written to by the next', () => {
    const bytes = [...'ab'].map((text) => packFields([text]))
    assert.deepEqual(
      bytes.map((each) => unpackFields(each, 0, each.length)),
      [['a'], ['b']],
    )
  })

  it('leave also with a text that is no valid Unicode', () => {
    const bytes = packFields([['a\ud800b']])
    assert.deepEqual(unpackFields(bytes, 0, bytes.length), [['a\ufffdb']])
  })

  it('are refused if they are more than one value, or too deep', () => {
    for (const hex of ['9090', '919191919190', '']) {
      const bytes = Buffer.from(hex, 'hex')
      assert.throws(() => unpackFields(bytes, 0, bytes.length))
    }
  })
})
