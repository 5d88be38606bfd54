// What any process of a tree can be told to do: count, echo, send, ask. It opens the adapter under test and works
// through these, the same code for each contender:
//
//   open(place, listener)  → the channel; `listener(value)` is null in a process that does not listen
//   channel.address        how others name this process
//   channel.sender(target) → send(value); `target` is 'up', 'all' or an address. May return a promise to wait for
//   channel.full(), channel.drained(), channel.close(); channel.asker(address) → ask(value), channel.answer(handler)

import { cpuWatch, peakMegabytes } from './usage.js'
import { bytesOf, isWhole, makeValue } from './values.js'

/** Sent in a row before looking whether the channel is full: a tick's worth, as an application does. */
const MAX_BURST = 100
const BURST_BYTES = 65_536

/** Without a message for so long what is missing is lost. */
const LOST_MS = 15_000

export async function enter(place) {
  const { open, decodes = true } = await import(`../adapters/${place.adapter}.js`)
  const bytes = bytesOf(place.value)
  let made
  /** Made where it is needed, so that it is no memory of those who receive. */
  const valueToSend = () => {
    made ??= makeValue(place.value)
    return made
  }
  let received = 0
  let expected = Number.POSITIVE_INFINITY
  let complete = () => {}
  let cpu = cpuWatch()

  const count = () => {
    if (++received >= expected) complete()
  }
  const checkFirst = (first) => {
    if (decodes && !isWhole(place.value, first)) throw new Error(`${place.value} did not arrive as it was sent`)
    take = count
    count()
  }
  let take = checkFirst
  const deaf = place.deaf?.includes(place.path)
  const channel = await open({ ...place, bytes }, deaf ? null : (value) => take(value))

  const orders = {
    /** Counts messages and CPU from now on. */
    begin() {
      received = 0
      expected = Number.POSITIVE_INFINITY
      cpu = cpuWatch()
    },
    usage: () => ({ cpu: cpu(), peak: peakMegabytes() }),
    /** Resolves when so many messages have come since `begin`. */
    async counted(number) {
      expected = number
      await new Promise((resolve, reject) => {
        let before = received
        const watch = setInterval(() => {
          if (received === before) reject(new Error(`Lost ${number - received} of ${number}`))
          before = received
        }, LOST_MS)
        complete = () => {
          clearInterval(watch)
          resolve()
        }
        if (received >= number) complete()
      })
      if (received > number) throw new Error(`Got ${received} of ${number}`)
    },
    /** Sends for `ms` as fast as the channel takes it; returns how many. */
    async pump({ target, ms }) {
      const send = channel.sender(target)
      const value = valueToSend()
      const burst = Math.max(1, Math.min(MAX_BURST, Math.floor(BURST_BYTES / bytes)))
      const end = performance.now() + ms
      let sent = 0
      for (let bursts = 1; sent === 0 || performance.now() < end; bursts++) {
        for (let each = 0; each < burst; each++) {
          const accepted = send(value)
          if (accepted !== undefined) await accepted
        }
        sent += burst
        if (channel.full()) await channel.drained()
        else if (bursts % 100 === 0) await new Promise(setImmediate)
      }
      return sent
    },
    /** Sends back each message. */
    echo({ target }) {
      take = channel.sender(target)
    },
    /** Sends to an echo, `inFlight` at a time; the first `warmUp` are not counted. */
    ping({ target, samples, warmUp, inFlight }) {
      const send = channel.sender(target)
      const value = valueToSend()
      const starts = new Float64Array(inFlight)
      const times = new Float64Array(samples)
      let sent = 0
      let back = 0
      let begin = 0
      const next = () => {
        starts[sent++ % inFlight] = performance.now()
        return send(value)
      }
      return new Promise((resolve) => {
        take = () => {
          const now = performance.now()
          if (back < warmUp) begin = now
          // Answers come in the order of asking.
          else times[back - warmUp] = now - starts[back % inFlight]
          if (++back === warmUp + samples) resolve(latencies(times, now - begin))
          else if (sent < warmUp + samples) return next()
        }
        const first = async () => {
          for (let each = 0; each < inFlight; each++) await next()
        }
        first()
      })
    },
    answer: () => channel.answer((value) => value),
    /** As `ping`, with requests. */
    async ask({ target, samples, warmUp, inFlight }) {
      const ask = channel.asker(target)
      const value = valueToSend()
      const times = new Float64Array(samples)
      let begin = 0
      let asked = 0
      let answered = 0
      const worker = async () => {
        while (asked < warmUp + samples) {
          asked++
          const start = performance.now()
          await ask(value)
          const now = performance.now()
          if (answered < warmUp) begin = now
          else times[answered - warmUp] = now - start
          answered++
        }
      }
      await Promise.all(Array.from({ length: inFlight }, worker))
      return latencies(times, performance.now() - begin)
    },
  }
  return { address: channel.address, bytes, orders, close: () => channel.close() }
}

/** Microseconds, and how many there were a second. */
function latencies(times, ms) {
  times.sort()
  const at = (share) => times[Math.floor(times.length * share)] * 1000
  return { p50: at(0.5), p99: at(0.99), rate: times.length / (ms / 1000) }
}
