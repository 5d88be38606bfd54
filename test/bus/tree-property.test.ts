import { describe, it } from 'node:test'
import { walk } from './tree-walk.js'

describe('a random tree of processes', () => {
  it('delivers every message to whom it is for, once, and knows itself, while processes come, move and go', () =>
    walk(150))
})
