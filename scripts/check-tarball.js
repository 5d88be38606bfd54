// @ts-check
// Packs the project as npm would publish it and looks at that: which files, the manifest, the types, and whether
// somebody who installs it can import it, require it and compile against it.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { buildSync } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { filesBelow } from './build.js'
import { capture, root } from './run.js'

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-tarball-'))
/** @type {string[]} */
const faults = []
try {
  const [packed] = JSON.parse(capture('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]))
  checkFiles(packed.files.map((/** @type {{ path: string }} */ file) => file.path))
  const tarball = fs.readFileSync(path.join(folder, packed.filename))
  await checkManifest(tarball)
  await checkTypes(tarball)
  checkConsumers(path.join(folder, packed.filename))
  console.log(`${packed.files.length} files, ${(packed.size / 1024).toFixed(0)} KiB packed`)
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1

/** @param {string[]} packed */
function checkFiles(packed) {
  const dist = [
    'index.js',
    'eventemitter3.js',
    'serve.js',
    'serve-worker.js',
    'cli.js',
    'third-party-licenses.txt',
  ].map((name) => `dist/${name}`)
  const typings = filesBelow(path.join(root, 'typings')).map((name) => `typings/${name}`)
  const expected = new Set(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', ...dist, ...typings])
  for (const file of packed) if (!expected.delete(file)) faults.push(`tarball: ${file} does not belong there`)
  for (const file of expected) faults.push(`tarball: ${file} is missing`)
}

/** @param {Buffer} tarball */
async function checkManifest(tarball) {
  const { messages } = await publint({ pack: { tarball: arrayBuffer(tarball) }, strict: true })
  for (const message of messages) faults.push(`publint: ${formatMessage(message, manifest, { color: false })}`)
}

/** @param {Buffer} tarball */
async function checkTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  if (!result.types) faults.push('attw: no types found')
  for (const problem of 'problems' in result ? result.problems : []) {
    // Both mean "ES module only": no resolution without `exports`, and a tool that does not know require(esm) yet.
    if ('resolutionKind' in problem && problem.resolutionKind === 'node10') continue
    if (problem.kind === 'CJSResolvesToESM') continue
    faults.push(`attw: ${JSON.stringify(problem, (key, value) => (key === 'trace' ? undefined : value))}`)
  }
}

/**
 * Unpacks into a project of its own, beside our installed dependencies, and runs and compiles test/consumer there.
 *
 * @param {string} file
 */
function checkConsumers(file) {
  const modules = path.join(folder, 'node_modules')
  fs.mkdirSync(path.join(modules, '@types'), { recursive: true })
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    fs.symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction')
  }
  capture('tar', ['-xzf', file, '-C', folder])
  fs.renameSync(path.join(folder, 'package'), path.join(modules, manifest.name))
  fs.cpSync(path.join(root, 'test', 'consumer'), folder, { recursive: true })
  // Some platforms forbid code from strings, and importing and configuring must do without.
  const node = [process.execPath, '--disallow-code-generation-from-strings']
  const programs = ['run.mjs', 'run.cjs', 'serve.mjs'].map((program) => [...node, program])
  for (const [command = '', ...args] of [...programs, ['tsc', '-p', '.']]) {
    try {
      capture(command, args, folder)
    } catch (error) {
      faults.push(String(error))
    }
  }
  checkBundle()
}

/** Bundled into one file it runs where nothing is installed. */
function checkBundle() {
  const alone = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-bundle-'))
  const outfile = path.join(alone, 'bundled.mjs')
  try {
    buildSync({
      entryPoints: [path.join(folder, 'bundled.mjs')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
    })
    capture(process.execPath, [outfile], alone)
  } catch (error) {
    faults.push(`bundled: ${error}`)
  } finally {
    fs.rmSync(alone, { recursive: true, force: true })
  }
}

/** @param {Buffer} bytes */
function arrayBuffer(bytes) {
  return /** @type {ArrayBuffer} */ (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}
