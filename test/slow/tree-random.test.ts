import { describe, it } from 'node:test'
import { rush } from '../bus/tree-rush.js'
import { walk } from '../bus/tree-walk.js'

describe('many random trees', () => {
  it('deliver every message to whom it is for, once, and know themselves', () => walk(3000))

  it('blame nobody and come to rest where everything happens at once', () => rush(false, 10_000))

  it('keep the order and deliver nothing twice where processes move as they do', () => rush(true, 10_000))
})
