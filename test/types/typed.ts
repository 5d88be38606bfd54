// `createIpem<Events>()`: a map of tuples decides about names, arguments and listeners.

import { createIpem, Ipem, type Message } from 'ipem'

interface Events {
  job: [id: number, text: string]
  'job:done': [id: number, words?: number]
  tick: []
  many: string[]
}

const ipem = createIpem<Events>()
declare function takes(message: Message): void

// Listeners get the arguments of their event, and the message as `this`.
ipem.on('job', function (id, text) {
  const facts: [number, string, string, readonly string[]] = [id, text, this.from, this.pids]
  takes(this)
  void facts
})
ipem.once('job:done', (id, words) => id + (words ?? 0))
ipem.prependListener('tick', () => {})
ipem.prependOnceListener('many', (...texts) => texts.join(''))
ipem.addListener('job', (id) => id.toFixed())
ipem.off('job', (id: number) => void id).removeListener('tick')
// @ts-expect-error there is no such event
ipem.on('jobs', () => {})
// @ts-expect-error the first argument is a number
ipem.on('job', (id: string) => id)
// @ts-expect-error there is no third argument
ipem.on('job', (_id, _text, _more: boolean) => {})
ipem.on('tick', function () {
  // @ts-expect-error a listener has the message as `this`, which has no such field
  this.nothing
})
ipem.on('tick', function () {
  // @ts-expect-error messages are read only
  this.from = 'x'
})
ipem.on('tick', function () {
  // @ts-expect-error and so are their arrays
  this.pids.push('x')
})

// Every send function, chained.
ipem
  .bubble('job', 1, 'x')
  .sendToParents('job', 1, 'x')
  .sendToChilds('job:done', 1)
  .sendToChildren('job:done', 1, 2)
  .sendToSiblings('tick')
  .sendToGrandMaster('many', 'a', 'b', 'c')
  .sendToChild('1-0123456789', 'tick')
  .sendToChild(1, 'tick')
  .sendTo('1-0123456789', 'tick')
  .sendTo(ipem.pids, 'job', 1, 'x')
  .broadcast('many')
const emitted: boolean = ipem.emit('job', 1, 'x')
void emitted
// @ts-expect-error the text is missing
ipem.broadcast('job', 1)
// @ts-expect-error the id is a number
ipem.bubble('job', '1', 'x')
// @ts-expect-error too many
ipem.sendToParents('tick', 1)
// @ts-expect-error there is no such event
ipem.sendToChilds('jobs')
// @ts-expect-error the target comes first
ipem.sendTo('job', 1, 'x')
// @ts-expect-error a child is one pid
ipem.sendToChild(['1-0123456789'], 'tick')
// @ts-expect-error there is no such event
ipem.emit('jobs')
// @ts-expect-error events of ipem are not sent
ipem.broadcast('online')
// @ts-expect-error and not emitted
ipem.emit('ready')

// Events of ipem's own have their listeners whatever the map says.
ipem
  .on('ready', function () {
    this.broadcast('tick')
  })
  .on('online', function () {
    const pid: string = this.from
    void pid
  })
  .on('offline', function (pid, { code, signal, reason }) {
    const facts: [string, number | null, string | null, string, Message] = [pid, code, signal, reason, this]
    void facts
  })
  .on('parent', (pid) => {
    const parent: string | null = pid
    void parent
  })
  .on('drain', function () {
    this.broadcast('tick')
  })
  .on('error', function (error) {
    this.sendToParents('tick')
    if (error.code === 'ERR_IPEM_UNREACHABLE') void error.cause
    // @ts-expect-error there is no such code
    if (error.code === 'ERR_IPEM_SOMETHING') void error
  })
  .emit('error', new Error('x'))
// @ts-expect-error `ready` has no arguments
ipem.on('ready', (pid: string) => pid)
ipem.on('online', function () {
  // @ts-expect-error `this` is the message
  this.broadcast('tick')
})

// Symbols are for this process.
ipem.on(Symbol('local'), () => {}).emit(Symbol('local'), 1)
// @ts-expect-error and are not sent
ipem.broadcast(Symbol('local'))

// A type alias is as good as an interface, and a class as a type and as a value.
type Alias = { job: [id: number]; tick: [] }
const alias: Ipem<Alias> = createIpem<Alias>()
const made: Ipem<Alias> = new Ipem<Alias>()
alias.broadcast('job', 1)
made.on('job', (id) => id.toFixed())
// @ts-expect-error the id is a number
made.broadcast('job', 'x')
const known: boolean = alias instanceof Ipem
void known

// Readonly tuples will do; what is no tuple will not.
createIpem<{ pair: [readonly [number, number]] }>().broadcast('pair', [1, 2] as const)
// @ts-expect-error arguments are a tuple
createIpem<{ job: number }>()

// Handed on, whatever the events.
function closeAll<E extends { [K in keyof E]: unknown[] }>(all: Ipem<E>[]): Promise<unknown> {
  return Promise.all(all.map((each) => each.close()))
}
void closeAll([alias, made])

// A class of one's own.
class Bus extends Ipem<Events> {
  job(id: number): this {
    return this.broadcast('job', id, 'from the bus')
  }
}
new Bus().job(1).on('tick', () => {})
// @ts-expect-error the id is a number
new Bus().broadcast('job', 'x', 'y')
