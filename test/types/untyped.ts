// The default instance while IpemEvents is not augmented, and `createIpem()` without a map: any event, any arguments.

import ipem, {
  type AnyEvents,
  type Child,
  createIpem,
  ERROR_CODES,
  type ForkOptions,
  type Ipem,
  IpemError,
  type IpemErrorCode,
  type IpemOptions,
  type Message,
  MessageType,
  type MessageTypeNumber,
  type OfflineInfo,
  type ProcessRole,
  printTree,
  type Target,
  type TreeNode,
  type WorkerOptions,
} from 'ipem'

ipem
  .on('whatever', function (a, b) {
    void [this, a.anything, b]
  })
  .on('whatever', (text: string, count: number) => text + count)
  .broadcast('whatever', 1, 'x', { y: null })
  .sendTo(ipem.pids, 'some', undefined)
ipem.emit('whatever', 1)

const any: Ipem<AnyEvents> = createIpem()
const one: Ipem = ipem
any.on('x', (...args) => args.length)
void one
// @ts-expect-error an event is a string
ipem.broadcast(1)
// @ts-expect-error a listener is a function
ipem.on('x', 'y')

// Attributes are read only, and known.
const attributes: [
  string,
  string | null,
  number,
  number,
  boolean,
  boolean,
  boolean,
  string,
  readonly string[],
  Message | null,
  boolean,
] = [
  ipem.pid,
  ipem.parentPid,
  ipem.childsOnline,
  ipem.childrenOnline,
  ipem.isGrandMaster,
  ipem.isMaster,
  ipem.isWorker,
  ipem.from,
  ipem.pids,
  ipem.message,
  ipem.writableNeedDrain,
]
void attributes
// @ts-expect-error
ipem.pid = 'x'
// @ts-expect-error
ipem.childsOnline = 1

// Options.
const options: IpemOptions = {
  restart: 'transient',
  delayRestart: 1,
  useSocket: true,
  socket: {
    port: 0,
    host: 'localhost',
    socketPath: null,
    reconnect: true,
    delayReconnect: 1,
    onlyConnect: false,
    cookie: Buffer.alloc(16),
  },
  limits: { maxPayload: 1 },
  schemas: { job: { type: 'array' }, none: false },
  orphan: 'rejoin',
}
ipem.options(options).options({}).options({ restart: undefined })
// @ts-expect-error unknown
ipem.options({ restarts: 1 })
// @ts-expect-error wrong type
ipem.options({ socket: { port: 'x' } })
// @ts-expect-error one of a few
ipem.options({ orphan: 'stay' })
// @ts-expect-error
ipem.options()

// Children.
const forkOptions: ForkOptions = {
  cwd: new URL('file:///'),
  env: process.env,
  execArgv: [],
  stdio: ['inherit', 'pipe', 'ipc'],
  restart: false,
}
const workerOptions: WorkerOptions = { args: ['x'], env: { A: 'x' } }
const children: Child[] = [
  ipem.fork('./x.js'),
  ipem.fork(new URL(import.meta.url), ['a']),
  ipem.fork('./x.js', ['a'] as const, forkOptions),
  ipem.fork('./x.js', forkOptions),
  ipem.worker(),
  ipem.worker(workerOptions),
]
const [child] = children
if (child) {
  const facts: [string | null, number | undefined, number, Promise<string>] = [
    child.pid,
    child.osPid,
    child.restarts,
    child.online,
  ]
  child
    .on('online', (pid) => pid.length)
    .on('offline', (pid, info) => [pid, info.reason])
    .on('exit', (code, signal) => [code, signal])
  void [facts, child.stop()]
  ipem.adopt(child.process)
}
// @ts-expect-error arguments are strings
ipem.fork('./x.js', [1])
// @ts-expect-error
ipem.fork()

// The rest.
const tree: TreeNode = ipem.tree()
const whole: Promise<TreeNode> = ipem.tree({ root: 'grandmaster', timeout: 1 })
const text: string = printTree(tree)
const role: ProcessRole = tree.role
const code: IpemErrorCode = 'ERR_IPEM_TIMEOUT'
const meaning: string = ERROR_CODES[code]
const type: MessageTypeNumber = MessageType.broadcast
const target: Target = ['1-0123456789']
const info: OfflineInfo = { code: 0, signal: null, reason: 'exit' }
const error: Error = new IpemError(code, 'x', { cause: 1, pid: 'x' })
const done: Promise<void>[] = [ipem.flush(), ipem.close(), ipem[Symbol.asyncDispose]()]
const address = ipem.address()
if (address !== null && typeof address !== 'string') void address.port.toFixed()
ipem.ref().unref().start()
void [whole, text, role, meaning, type, target, info, error, done]
// @ts-expect-error
ipem.tree({ root: 'parent' })
// @ts-expect-error
new IpemError('ERR_OTHER', 'x')

export async function main(): Promise<void> {
  await using own = createIpem().options({ useSocket: false }).start()
  void own
}
