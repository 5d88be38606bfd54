// A process's place in a tree: its path, the children below it, and how to start them.
//
// path   '' for the root, '1.0' for the first child of its second child
// shape  how many children on each level below: [2, 1] is two children with one child each

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const memberFile = fileURLToPath(new URL('../member.js', import.meta.url))

/** stdin and stdout are nobody's: the root prints its result there. */
export const quiet = ['ignore', 'ignore', 'inherit']

export const pathBelow = (path, index) => (path === '' ? `${index}` : `${path}.${index}`)

export const childIndexes = ({ shape }) => Array.from({ length: shape[0] ?? 0 }, (_, index) => index)

/** The environment of the child with this index. */
export function environment(place, index, more = {}) {
  const below = { ...place, ...more, path: pathBelow(place.path, index), shape: place.shape.slice(1) }
  return { ...process.env, BENCH_PLACE: JSON.stringify(below) }
}

/** The children of this place by child_process.fork. */
export function forkMembers(place, options = {}, more = {}) {
  return childIndexes(place).map((index) =>
    fork(memberFile, [], { stdio: [...quiet, 'ipc'], ...options, env: environment(place, index, more) }),
  )
}

/** Resolves when all of them have ended; they do when their control connection closes. */
export function ended(children) {
  return Promise.all(
    children.map((child) =>
      child.exitCode !== null || child.signalCode !== null
        ? undefined
        : new Promise((resolve) => child.once('exit', resolve)),
    ),
  )
}

/** Paths of all members below a place. */
export function pathsBelow(place) {
  return childIndexes(place).flatMap((index) => {
    const path = pathBelow(place.path, index)
    return [path, ...pathsBelow({ path, shape: place.shape.slice(1) })]
  })
}
