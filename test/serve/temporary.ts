// A folder of its own for a test, gone when the test is over. No test in this file.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'

/** @returns the way from a name to its path in the folder */
export function temporaryFolder(context: TestContext): (name: string) => string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-serve-')))
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return (name) => path.join(folder, name)
}
