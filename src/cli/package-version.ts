// The version in the package.json that this file came with.

import fs from 'node:fs'

export function version(): string {
  const manifest = fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
