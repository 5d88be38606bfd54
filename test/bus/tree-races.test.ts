import { describe, it } from 'node:test'
import { rush } from './tree-rush.js'

describe('a random tree where everything happens at once', () => {
  it('blames nobody, and comes to rest with every process knowing its place', () => rush(false, 150))

  it('keeps the order and delivers nothing twice, where processes move as they do', () => rush(true, 150))
})
