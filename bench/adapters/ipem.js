// ipem over its inherited pipe.
import ipem from '../../dist/index.js'

export const title = 'ipem'

/** Forks `count` children of `file`; the argument of `onMessage` is the child's number and the value. */
export async function parent(file, count, env) {
  ipem.options({ useSocket: false, restart: false }).start()
  const children = Array.from({ length: count }, () => ipem.fork(file, [], { env }))
  const pids = await Promise.all(children.map((child) => child.online))
  const numbers = new Map(pids.map((pid, index) => [pid, index]))
  return {
    send: (index, value) => void ipem.sendToChild(pids[index], 'work', value),
    broadcast: (value) => void ipem.sendToChilds('work', value),
    full: () => ipem.writableNeedDrain,
    drained: () => new Promise((resolve) => ipem.once('drain', resolve)),
    onMessage(listener) {
      ipem.on('back', function (value) {
        listener(numbers.get(this.from), value)
      })
    },
    /** Lets children talk to each other: nothing to do, that is what the tree is for. */
    relay() {},
    pid: (index) => pids[index],
    close: () => ipem.close(),
  }
}

export function child() {
  ipem.start()
  return {
    onMessage: (listener) => void ipem.on('work', listener),
    send: (value) => void ipem.sendToParents('back', value),
    sendTo: (sibling, value) => void ipem.sendTo(sibling, 'work', value),
    full: () => ipem.writableNeedDrain,
    drained: () => new Promise((resolve) => ipem.once('drain', resolve)),
  }
}
