// Orders to the processes of a tree and their answers, beside what is measured: JSON lines over a Unix socket.
// A member ends when its connection does, so nothing outlives the root.

import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'

const write = (socket, message) => socket.write(`${JSON.stringify(message)}\n`)

const lines = (socket, listener) => createInterface({ input: socket }).on('line', (line) => listener(JSON.parse(line)))

/** At the root. `members` maps the path of a member that is ready to its address and `call(order, argument)`. */
export async function listenControl(path) {
  const members = new Map()
  let expected = Number.POSITIVE_INFINITY
  let complete = () => {}
  const server = createServer((socket) => {
    const waiting = new Map()
    let calls = 0
    const call = (order, argument) =>
      new Promise((resolve, reject) => {
        waiting.set(++calls, { resolve, reject })
        write(socket, { id: calls, order, argument })
      })
    const fail = () => {
      for (const { reject } of waiting.values()) reject(new Error('A member has ended'))
    }
    socket.on('error', fail).on('close', fail)
    lines(socket, ({ id, result, error, path, address }) => {
      if (path !== undefined) {
        members.set(path, { address, call, socket })
        if (members.size === expected) complete()
      } else if (error !== undefined) waiting.get(id)?.reject(new Error(error))
      else waiting.get(id)?.resolve(result)
      waiting.delete(id)
    })
  })
  await new Promise((resolve) => server.listen(path, resolve))
  return {
    members,
    /** Resolves when so many members are ready. */
    all: (count) =>
      new Promise((resolve) => {
        expected = count
        complete = resolve
        if (members.size === expected) resolve()
      }),
    close: () => {
      server.close()
      for (const { socket } of members.values()) socket.destroy()
    },
  }
}

/** In a member that is ready: does what it is told. */
export function joinControl(socketPath, path, { address, orders }) {
  const socket = connect(socketPath, () => write(socket, { path, address }))
  socket.on('error', () => {}).on('close', () => process.exit())
  lines(socket, async ({ id, order, argument }) => {
    try {
      write(socket, { id, result: (await orders[order](argument)) ?? null })
    } catch (error) {
      write(socket, { id, error: error.message })
    }
  })
}
