// What a newcomer does first: paste the code of the README, and compile the typed example.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const readme = fs.readFileSync('README.md', 'utf8')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-readme-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

function run(command: string, args: readonly string[], cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 20_000 })
  return { status, output: stdout + stderr }
}

test('the code of the README does what it says', () => {
  const [, source = ''] = /```js\n(.*?)```/s.exec(readme) ?? []
  assert.match(source, /^import ipem from 'ipem'$/m)
  fs.mkdirSync(path.join(folder, 'node_modules'))
  fs.symlinkSync(process.cwd(), path.join(folder, 'node_modules', 'ipem'), 'junction')
  fs.writeFileSync(path.join(folder, 'app.mjs'), source)

  const { status, output } = run(process.execPath, ['app.mjs'], folder)
  assert.equal(status, 0, output)
  // Pids are other ones each time, and nobody promises an order between ann and bob.
  const shape = (text: string) =>
    text
      .trim()
      .replace(/\d+-\w{10}/g, 'PID')
      .split(/\n\s*/)
      .sort()
  const [, promised = ''] = /^It prints[^\n]*\n\n((?: {4}.*\n)+)/m.exec(readme) ?? []
  assert.deepEqual(shape(output), shape(promised))
})

test('the two commands of the README are scripts of the package', () => {
  const { scripts } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
    scripts: { demo?: string; test?: string }
  }
  for (const command of ['npm ci && npm run demo', 'npm ci && npm test']) assert.ok(readme.includes(command), command)
  assert.ok(scripts.demo && scripts.test)
})

test('the examples in TypeScript compile', () => {
  const { status, output } = run(path.resolve('node_modules/.bin/tsc'), ['-p', 'examples/tsconfig.json'], process.cwd())
  assert.equal(status, 0, output)
})

test("the demo's check finds a single event that a process ignored", () => {
  const { status, output } = run(process.execPath, ['examples/demo/index.js', '--sabotage'], process.cwd())
  assert.equal(status, 1, output)
  assert.match(output, /✗ .* 1 went wrong\n +\S+ \S+ by \S+ to \S+ did not arrive\n/)
})
