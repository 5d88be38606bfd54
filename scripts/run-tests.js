// @ts-check
// Compiles src and test into .build/ and hands the test files of a suite to `node --test`.
//
//   node scripts/run-tests.js unit            test/ without the folders below
//   node scripts/run-tests.js unit router     only the files with "router" in their path
//   node scripts/run-tests.js integration     test/integration, needs dist/
//   node scripts/run-tests.js slow            test/slow, needs dist/

import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { filesBelow } from './build.js'
import { root, run } from './run.js'

/** Folders of test/ with a suite of their own; everything else is `unit`. @type {Record<string, string>} */
const SUITE_OF_FOLDER = { integration: 'integration', slow: 'slow' }

/** Half of the time a test file waits for processes and timers, so two cores are best kept busy by more than two. */
const CONCURRENCY = 4

/** A file that takes longer than this hangs. @type {Record<string, number>} */
const TIMEOUT_MS = { unit: 90_000, integration: 150_000, slow: 900_000 }

/**
 * @param {readonly string[]} suites
 * @param {readonly string[]} filters parts of paths; none means all files
 * @returns {boolean} true if every test passed
 */
export function runTests(suites, filters = []) {
  const files = filesBelow(path.join(root, 'test'))
    .filter((name) => name.endsWith('.test.ts') && suites.includes(suiteOf(name)))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .map((name) => path.join('.build', 'test', name.replace(/\.ts$/, '.js')))
  if (files.length === 0) {
    console.error(`No test file in ${suites.join(', ')}${filters.length > 0 ? ` matches ${filters.join(', ')}` : ''}`)
    return false
  }
  const timeout = Math.max(...suites.map((suite) => TIMEOUT_MS[suite] ?? 0))
  return run(process.execPath, [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${timeout}`,
    // Node 20 and 24 differ in their default; a log file gets the plain closing lines on all versions.
    `--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`,
    ...files,
  ])
}

/** @param {string} name */
function suiteOf(name) {
  return SUITE_OF_FOLDER[name.split('/')[0] ?? ''] ?? 'unit'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [suite = 'unit', ...filters] = process.argv.slice(2)
  // Tests run also where types are wrong, it helps in the middle of a change; the run still counts as failed.
  const typed = run('tsc', ['-p', 'tsconfig.json'])
  const passed = runTests([suite], filters)
  if (!typed) console.error('Type errors, see above the tests')
  process.exitCode = typed && passed ? 0 : 1
}
