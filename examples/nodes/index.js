// The listings in the readme of multi-node, in today's spelling: runs each of them to its end.

import assert from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

for (const name of ['serve.js', 'notify.js', 'frames.js']) {
  console.log(`--- ${name}`)
  const script = fileURLToPath(new URL(name, import.meta.url))
  const [code] = await once(spawn(process.execPath, [script], { stdio: 'inherit' }), 'exit')
  assert.equal(code, 0, name)
}
