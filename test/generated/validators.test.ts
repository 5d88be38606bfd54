import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { validateHeader } from '../../src/generated/validators.js'
import { MAX_HOPS } from '../../src/message.js'

const A = '1-AAAAAAAAAA'
const B = '4294967295-zzzzzzzzz9'

describe('the validator of a decoded header', () => {
  const accepted: readonly [what: string, header: unknown][] = [
    ['a multicast', [1, 'job', [A], null, null]],
    ['a message to one process', [6, 'job', [A, B], B, null]],
    ['a route that is used up', [6, 'job', [A, B], B, []]],
    ['an event without a name', [10, '', [A], B, [B]]],
    ['the longest way', [7, 'job', Array(MAX_HOPS).fill(A), null, Array(MAX_HOPS).fill(B)]],
  ]
  for (const [what, header] of accepted) {
    test(`takes ${what}`, () => assert.ok(validateHeader(header)))
  }

  const refused: readonly [what: string, header: unknown][] = [
    ['what is no array', { 0: 1, 1: 'job', 2: [A], 3: null, 4: null, length: 5 }],
    ['nothing', null],
    ['too few entries', [1, 'job', [A], null]],
    ['too many entries', [1, 'job', [A], null, null, 0]],
    ['the type local, which never travels', [0, 'job', [A], null, null]],
    ['an unknown type', [11, 'job', [A], null, null]],
    ['a type that is no integer', [1.5, 'job', [A], null, null]],
    ['an event that is no string', [1, 7, [A], null, null]],
    ['nobody as origin', [1, 'job', [], null, null]],
    ['a way that is too long', [1, 'job', Array(MAX_HOPS + 1).fill(A), null, null]],
    ['a route that is too long', [6, 'job', [A], B, Array(MAX_HOPS + 1).fill(B)]],
    ['a pid that is a number', [1, 'job', [1], null, null]],
    ['a pid with another ending', [1, 'job', [`${A}\n`], null, null]],
    ['a pid with a longer number', [1, 'job', ['12345678901-AAAAAAAAAA'], null, null]],
    ['a pid of other characters', [1, 'job', ['1-AAAAAAAAA_'], null, null]],
    ['a target that is no pid', [6, 'job', [A], 'grandmaster', null]],
    ['no target at all', [6, 'job', [A], undefined, null]],
    ['a hop that is null', [6, 'job', [A], B, [null]]],
  ]
  for (const [what, header] of refused) {
    test(`refuses ${what}`, () => assert.equal(validateHeader(header), false))
  }
})
