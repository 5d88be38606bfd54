// @ts-check
// `npm test`: every check in the order in which a failure is found fastest, stopping at the first that fails.
// The tests themselves come last, so that the run ends with the test runner's own count.

import { run } from './run.js'
import { runTests } from './run-tests.js'

/** @type {[step: string, check: () => boolean][]} */
const STEPS = [
  ['lint', () => run('biome', ['check', '--error-on-warnings'])],
  // Also builds what the tests run.
  ['types', () => run('tsc', ['-p', 'tsconfig.json'])],
  ['imports', () => script('check-imports.js')],
  ['typings are fresh', () => script('check-typings.js')],
  ['build', () => script('build.js')],
  ['validators are fresh', () => script('build-validators.js', '--check')],
  ['signals page is fresh', () => script('build-signals-doc.js', '--check')],
  ['types of a user', () => ['test/types', 'test/types/augmented'].every((project) => run('tsc', ['-p', project]))],
  ['types of the scripts', () => run('tsc', ['-p', 'scripts/tsconfig.json'])],
  ['tarball', () => script('check-tarball.js')],
  ['examples', () => script('run-examples.js')],
  ['tests', () => runTests(['unit', 'integration'])],
]

for (const [step, check] of STEPS) {
  console.log(`\n── ${step}`)
  const start = performance.now()
  if (!check()) {
    console.error(`\n── ${step}: FAILED`)
    process.exitCode = 1
    break
  }
  if (step !== 'tests') console.log(`── ${step}: ok, ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

/**
 * @param {string} name
 * @param {string[]} args
 */
function script(name, ...args) {
  return run(process.execPath, [`scripts/${name}`, ...args])
}
