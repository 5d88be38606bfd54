// A process of the chaos tree: sends what it is told to, writes down what it sent and got, and breaks on command.
// argv[2]: its part, as JSON.

import { fileURLToPath } from 'node:url'
import type { IpemError, IpemOptions } from '../../src/index.js'
import ipem from '../../src/index.js'
import { Control } from './control.js'
import { cutLink } from './cut-link.js'
import { Ledger } from './ledger.js'
import { Traffic } from './traffic.js'

export interface Part {
  /** What it is called, for people. */
  readonly name: string
  readonly control: string
  readonly folder: string
  readonly options: IpemOptions
  /** Of what it sends. */
  readonly seed: number
  /** Its children, which it keeps alive. */
  readonly children: readonly Part[]
}

export interface State {
  readonly pid: string
  readonly parentPid: string | null
  /** What the last `parent` event said. */
  readonly lastParent: string | null | undefined
  readonly ready: boolean
  readonly isGrandMaster: boolean
  readonly childrenOnline: number
  readonly children: number
  readonly rssMiB: number
}

const part: Part = JSON.parse(process.argv[2] as string)
const control = await Control.connect(part.control)
const number = await control.ask<{ number: number; round: number }>('hello', {
  osPid: process.pid,
  name: part.name,
  pid: ipem.pid,
})
const ledger = new Ledger(part.folder, number.number, number.round)
const traffic = new Traffic(ipem, ledger, number.number, part.seed)
let ready = false
let lastParent: string | null | undefined
const file = fileURLToPath(import.meta.url)

// Who has no director has no purpose. It ends as a killed process does.
control.onEnd = () => process.kill(process.pid, 'SIGKILL')

const deeds: Record<string, (facts: never) => unknown> = {
  state: (): State => ({
    pid: ipem.pid,
    parentPid: ipem.parentPid,
    lastParent,
    ready,
    isGrandMaster: ipem.isGrandMaster,
    childrenOnline: ipem.childsOnline,
    // Who joins again after a cut may be anywhere.
    children: part.children.filter(({ options }) => options.orphan !== 'rejoin').length,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  }),
  tree: () => ipem.tree(),
  roster: ({ others }: { others: [number: number, pid: string][] }) => traffic.setOthers(others),
  go: () => traffic.go(),
  rest: () => traffic.rest(),
  mark: () => ledger.write({ what: 'mark' }),
  turn: ({ round }: { round: number }) => ledger.turnTo(round),
  /** Everybody has answered, twice: what was sent before has arrived. Answers how many answered. */
  barrier: async () => {
    let answers = 0
    for (const _ of [1, 2]) {
      answers = 0
      for await (const row of ipem.requestAll('everyone', 'here', { timeout: 20_000 }))
        answers += 'value' in row ? 1 : 0
    }
    return answers
  },
  send: ({ to, count, bytes }: { to: number; count: number; bytes: number }) => traffic.send(to, count, bytes),
  cut: async ({ to, bytes, choice }: { to: number; bytes: number; choice: number }) => {
    if (bytes > 0) traffic.send(to, 1, bytes)
    // In the middle of what was just sent: the first part is with the kernel.
    await new Promise((resolve) => setImmediate(resolve))
    return cutLink(choice, [control.socket])
  },
  block: ({ ms }: { ms: number }) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  },
  throw: () => ipem.emit('broken'),
  crash: () => void setImmediate(crash),
  leave: async () => {
    traffic.rest()
    await ipem.close()
    setImmediate(() => process.exit())
  },
}

function crash(): never {
  throw new Error('Crashed as it was told to')
}

control.onAsk = (what, facts) => deeds[what]?.(facts as never)

process.on('uncaughtException', (error) => {
  if (error.message === 'Broken as it was told to') return
  if (error.message !== 'Crashed as it was told to') control.tell('failed', { text: `${error.stack}` })
  process.exit(1)
})

ipem.options(part.options)
ipem.handle('here', () => true)
ipem.on('parent', (parent: string | null) => {
  lastParent = parent
})
ipem.on('broken', () => {
  throw new Error('Broken as it was told to')
})
ipem.on('ready', () => {
  ready = true
})
ipem.on('error', (error: IpemError) => {
  if (!traffic.onError(error)) control.tell('error', { code: error.code, text: error.message })
})
ipem.start()
for (const child of part.children) ipem.fork(file, [JSON.stringify(child)])
