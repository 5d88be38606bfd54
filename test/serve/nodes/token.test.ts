import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TOKEN_BYTES, TOKEN_MS, Tokens } from '../../../src/serve/nodes/token.js'

const token = (byte: number, length = TOKEN_BYTES): Buffer => Buffer.alloc(length, byte)

describe('a token', () => {
  it('says who asked for it, once', () => {
    const tokens = new Tokens()
    tokens.add('child-1', token(1), 0)
    tokens.add('child-2', token(2), 0)
    assert.equal(tokens.take(token(2), 1), 'child-2')
    assert.equal(tokens.take(token(2), 1), null)
    assert.equal(tokens.take(token(1), 1), 'child-1')
  })

  it('is good until its time is over, and used up then as well', () => {
    const tokens = new Tokens()
    tokens.add('child-1', token(1), 0)
    assert.equal(tokens.take(token(1), TOKEN_MS), 'child-1')
    tokens.add('child-1', token(1), 0)
    assert.equal(tokens.take(token(1), TOKEN_MS + 1), null)
    assert.equal(tokens.take(token(1), 0), null)
  })

  it('that is over is forgotten when the next one is asked for', () => {
    const tokens = new Tokens()
    tokens.add('child-1', token(1), 0)
    tokens.add('child-2', token(2), TOKEN_MS + 1)
    assert.equal(tokens.take(token(1), 0), null)
  })

  it('is replaced by the next one for the same node', () => {
    const tokens = new Tokens()
    tokens.add('child-1', token(1), 0)
    tokens.add('child-1', token(2), 0)
    assert.equal(tokens.take(token(1), 1), null)
    assert.equal(tokens.take(token(2), 1), 'child-1')
  })

  it('of another length or with one other bit is nobody’s', () => {
    const tokens = new Tokens()
    tokens.add('child-1', token(1), 0)
    const near = token(1)
    near[TOKEN_BYTES - 1] = 0
    for (const wrong of [token(1, 0), token(1, TOKEN_BYTES - 1), token(1, TOKEN_BYTES + 1), near]) {
      assert.equal(tokens.take(wrong, 1), null)
    }
    assert.equal(tokens.take(token(1), 1), 'child-1')
  })
})
