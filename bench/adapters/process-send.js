// child_process.fork and process.send, as one wires it by hand: the control. Relays pass on by a table of their own.

import { jsonFormOf } from '../lib/codec.js'
import { ended, forkMembers, pathBelow } from '../lib/place.js'

export const open = (place, listener) => openWith('json', place, listener)

export async function openWith(serialization, place, listener) {
  const { pack, unpack } = jsonFormOf(serialization === 'json' ? place.value : 'object')
  const children = forkMembers(place, { serialization })
  const paces = []

  const paced = (channel) => {
    const flow = channelPace(channel)
    paces.push(flow)
    return flow.send
  }
  const below = children.map(paced)
  const up = process.send === undefined ? null : paced(process)
  const hops = new Map()
  const forward = (message) => {
    const hop = hops.get(message.to) ?? hopTo(message.to, place, children)
    hops.set(message.to, hop)
    if (hop.last) hop.channel.send(message.data)
    else hop.channel.send(message)
  }
  const receive =
    listener === null
      ? () => {}
      : (message) => {
          if (place.relay && message.to !== undefined) forward(message)
          else listener(unpack(message))
        }
  for (const channel of up === null ? children : [...children, process]) channel.on('message', receive)

  return {
    address: place.path,
    sender(target) {
      if (target === 'up') return (value) => up(pack(value))
      if (target === 'all') {
        return (value) => {
          const message = pack(value)
          for (const send of below) send(message)
        }
      }
      const child = children.findIndex((_, index) => pathBelow(place.path, index) === target)
      if (child !== -1) return (value) => below[child](pack(value))
      return (value) => up({ to: target, data: pack(value) })
    },
    full: () => paces.some((flow) => flow.full()),
    drained: () => Promise.all(paces.filter((flow) => flow.full()).map((flow) => flow.drained())),
    close: () => ended(children),
  }
}

/** So many messages from one that Node confirms to the next. */
const STEP = 20

/**
 * Sends until Node says that its queue is long, then waits until it is not. Of several ways this one is the fastest:
 * with fixed batches, however large, process.send takes half as much CPU again.
 */
function channelPace(channel) {
  let count = 0
  let unconfirmed = 0
  let full = false
  let wake = null
  const confirmed = () => {
    if (--unconfirmed > 0) return
    full = false
    wake?.()
  }
  return {
    send(message) {
      if (++count % STEP > 0) full = !channel.send(message)
      else {
        unconfirmed++
        full = !channel.send(message, undefined, undefined, confirmed)
      }
    },
    full: () => full && unconfirmed > 0,
    drained: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
  }
}

/** The next process on the way, and whether it is the target. */
function hopTo(path, place, children) {
  const index = children.findIndex((_, index) => `${path}.`.startsWith(`${pathBelow(place.path, index)}.`))
  if (index === -1) return { channel: process, last: false }
  return { channel: children[index], last: pathBelow(place.path, index) === path }
}
