// Bare child_process.fork and process.send, as one wires it by hand: the control row.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export const title = 'process.send'

/** Node tells by the callback of a message when it has left; asking every so often keeps the queue short. */
const BATCH = 1000

function sender(channel) {
  let sent = 0
  let waiting = null
  return {
    send(value) {
      if (++sent % BATCH !== 0) channel.send(value)
      else waiting = new Promise((resolve) => channel.send(value, resolve))
    },
    full: () => waiting !== null,
    async drained() {
      await waiting
      waiting = null
    },
  }
}

export async function parent(file, count, env, serialization = 'json') {
  const children = Array.from({ length: count }, () => fork(file, [], { env, serialization }))
  await Promise.all(children.map((each) => once(each, 'message')))
  const senders = children.map(sender)
  return {
    send: (index, value) => senders[index].send({ value }),
    broadcast: (value) => {
      for (const each of senders) each.send({ value })
    },
    full: () => senders.some((each) => each.full()),
    drained: () => Promise.all(senders.map((each) => each.drained())),
    onMessage: (listener) => {
      children.forEach((each, index) => {
        each.on('message', (message) => {
          if ('value' in message) listener(index, message.value)
        })
      })
    },
    /** The relay by hand: the parent passes on what names another child. */
    relay: () => {
      for (const each of children) {
        each.on('message', (message) => {
          if ('to' in message) children[message.to].send({ value: message.data })
        })
      }
    },
    pid: (index) => index,
    close: async () => {
      const exits = children.map((each) => once(each, 'exit'))
      for (const each of children) each.kill()
      await Promise.all(exits)
    },
  }
}

export function child() {
  const { send, full, drained } = sender({
    send: (message, callback) => process.send(message, undefined, undefined, callback),
  })
  process.send({ ready: true })
  return {
    onMessage: (listener) => void process.on('message', (message) => listener(message.value)),
    send: (value) => send({ value }),
    sendTo: (to, data) => send({ to, data }),
    full,
    drained,
  }
}
