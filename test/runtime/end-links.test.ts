import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryLink } from '../../src/link/memory-link.js'
import { MessageType } from '../../src/message.js'
import { normalizeOptions } from '../../src/options.js'
import { HandlerTable } from '../../src/request/handler-table.js'
import { Faults } from '../../src/runtime/faults.js'
import { Runtime } from '../../src/runtime/runtime.js'

const OPTIONS = normalizeOptions(undefined, {})

/** A started ipem without children of its own making, which keeps what it is told. */
function member(pid: string) {
  const got: unknown[] = []
  const info = { pid, osPid: 1, host: 'here', role: 'fork', title: pid } as const
  const faults = new Faults(() => true)
  const runtime = new Runtime(info, 'app', OPTIONS, new HandlerTable(), faults, {
    listens: (event) => event === 'words',
    onMessage: ({ event, args }) => {
      if (event === 'words') got.push(args[0])
    },
    onReady: () => {},
    onDrain: () => {},
  })
  return { pid, runtime, got }
}

describe('the end of all links', () => {
  it('passes on what those below have said, although they are gone by then', async () => {
    const [top, middle, leaf] = [member('1-top0000000'), member('2-middle0000'), member('3-leaf000000')]
    top.runtime.bus.members.setListening('words', true)
    top.runtime.becomeGrandMaster()
    join(top.runtime, middle.runtime)
    await until(() => middle.runtime.ready)
    const link = join(middle.runtime, leaf.runtime)
    await until(() => leaf.runtime.ready && top.runtime.bus.members.below(leaf.pid) !== undefined)

    link.pause()
    const track = leaf.runtime.bus.own.multicast(MessageType.toParents, 'words')
    for (let n = 0; n < 1000; n++) leaf.runtime.send(track, [n])
    await new Promise((resolve) => setImmediate(resolve))
    leaf.runtime.links()[0]?.destroy()
    await middle.runtime.endLinks()
    await until(() => top.runtime.links().length === 0)
    assert.deepEqual(
      top.got,
      Array.from({ length: 1000 }, (_, n) => n),
    )
  })
})

/** Answers the upper end. */
function join(above: Runtime, below: Runtime): MemoryLink {
  const [upper, lower] = MemoryLink.pair(above.linkLimits)
  above.attachChild(upper, 'fork')
  below.attachParent(lower, 'fork', false)
  return upper
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
