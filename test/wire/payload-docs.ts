// What the documentation says about payloads, for the tests that keep it true.

import fs from 'node:fs'

/** The compiled tests lie in .build/test/wire. */
const DOCS = new URL('../../../docs/', import.meta.url)

export function documentation(): string {
  return ['values.md', 'delivery.md', 'protocol.md']
    .map((page) => new URL(page, DOCS))
    .filter((page) => fs.existsSync(page))
    .map((page) => fs.readFileSync(page, 'utf8'))
    .join('\n')
}
