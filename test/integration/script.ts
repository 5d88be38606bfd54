// Plain scripts that run until they exit by themselves, and what they leave behind.

import assert from 'node:assert/strict'
import { type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { COOKIE } from './puppets.js'
import { remoteFile } from './remote.js'
import { DEADLINE_MS, fixture, folderFor } from './stage.js'

/** What the scripts have at hand, besides `ipem`, `createIpem`, `cluster` and `say`. */
const tools = `
  const { once } = process.getBuiltinModule('node:events')
  const remote = ${JSON.stringify(remoteFile)}
  const options = JSON.parse(process.env.OPTIONS)
  const started = async (ipem) => { const ready = once(ipem, 'ready'); ipem.start(); await ready; return ipem }
`

export interface Result {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What the script said, but for the last line. */
  readonly said: unknown[][]
  readonly left: { readonly resources: string[]; readonly before: object; readonly after: object } | null
  readonly errors: string
}

/** Runs a module until it exits by itself. */
export async function script(t: TestContext, body: string, options: object = { useSocket: false }): Promise<Result> {
  const env = { ...process.env, OPTIONS: JSON.stringify(options) }
  const folder = folderFor(t)
  const [output, errors] = [path.join(folder, 'output'), path.join(folder, 'errors')]
  // Files: where stderr is a pipe or a terminal, Node itself opens a handle for it with the first socket it closes.
  const stdio: StdioOptions = ['ignore', openSync(output, 'w'), openSync(errors, 'w')]
  const child = spawn(process.execPath, [fixture('close-script'), tools + body], { env, stdio })
  for (const fd of stdio.slice(1)) closeSync(fd as number)
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => {
    throw new Error(`The script does not exit. It said: ${readFileSync(output)} ${readFileSync(errors)}`)
  })
  const lines: unknown[][] = readFileSync(output, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const last = lines.findIndex(([what]) => what === 'left')
  const [, resources, before, after] = (lines[last] ?? []) as [string, string[], object, object]
  return {
    code: child.exitCode,
    signal: child.signalCode,
    said: lines.filter((_, index) => index !== last),
    left: last < 0 ? null : { resources, before, after },
    errors: readFileSync(errors, 'utf8'),
  }
}

/** It exited by itself, with nothing left, and without a word of complaint. */
export function assertClean({ code, signal, left, errors }: Result): void {
  assert.equal(errors, '')
  assert.deepEqual({ code, signal }, { code: 0, signal: null })
  assert.ok(left, 'it came to its end')
  assert.deepEqual(left.resources, [])
  assert.deepEqual(left.after, left.before)
}

export const socketIn = (folder: string) => ({
  socketPath: path.join(folder, 'bus'),
  cookie: COOKIE,
  delayReconnect: 100,
})
