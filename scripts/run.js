// @ts-check
// Runs the project's tools as child processes, with the ones in node_modules/.bin on the path as npm does it.

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export const env = {
  ...process.env,
  // Where ipem keeps its cookie: tests and examples leave the user's own alone.
  XDG_STATE_HOME: path.join(root, '.build', 'state'),
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
}

/**
 * Runs a command to its end, its output going where ours goes.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {boolean} true if it exited with 0
 */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' })
  if (error) throw error
  return status === 0
}

/**
 * Runs a command to its end and returns what it printed.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @throws if it did not exit with 0, with its output
 */
export function capture(command, args, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}\n${stdout}${stderr}`)
  return stdout
}
