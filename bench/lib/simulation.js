// The sources and their simulated tree of processes on memory links, compiled aside: what is measured inside of one
// process uses internals, which dist/ does not show.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = join(root, '.build', 'bench')
const compiler = join(root, 'node_modules', '.bin', 'tsc')

/** Brings the compiled sources up to date. Returns what hinders that, or null. */
export function compileSimulation() {
  if (!existsSync(compiler)) return 'typescript is not installed'
  const options = ['--outDir', out, '--tsBuildInfoFile', join(out, 'tsconfig.tsbuildinfo')]
  // Files are written also where there are type errors; the tests tell of these.
  spawnSync(compiler, ['-p', join(root, 'tsconfig.json'), ...options], { timeout: 120_000 })
  return existsSync(join(out, 'test/bus/simulated-tree.js')) ? null : 'the sources do not compile'
}

const load = (file) => import(new URL(`../../.build/bench/${file}`, import.meta.url))

export async function loadSimulation() {
  const [{ SimulatedTree }, { MemoryLink }, { FrameKind }] = await Promise.all([
    load('test/bus/simulated-tree.js'),
    load('src/link/memory-link.js'),
    load('src/wire/frame.js'),
  ])
  return { SimulatedTree, MemoryLink, FrameKind }
}
