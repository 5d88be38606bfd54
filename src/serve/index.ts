// The public names of `ipem/serve`.

import path from 'node:path'
import ipem, { IpemError } from '../index.js'
import type { ServeConfig } from './config/config-types.js'
import { type Origin, readConfig } from './config/read.js'
import type { PlainConfig } from './config/resolved.js'
import { ControlDesk } from './control/control-desk.js'
import { UPGRADE_VARIABLE } from './master/inheritance.js'
import { Master } from './master/master.js'
import { SignalListeners } from './master/signal-listeners.js'
import { ownCommand } from './master/successor.js'
import { ServeServer } from './serve-server.js'

/** What `serve()` takes. */
export interface ServeOptions extends ServeConfig {
  /** A configuration file. What stands beside it in the options wins over it. */
  readonly config?: string | undefined
  /**
   * Answer the signals of `docs/signals.md`.
   * @default true
   */
  readonly handleSignals?: boolean | undefined
  /**
   * Other processes of this user may control it: `ipem reload`, `connectServer()` and the like.
   * @default true
   */
  readonly control?: boolean | undefined
}

/** One server a process: sockets are inherited, signals are heard and workers are made by one. */
let present = false

/**
 * Serves an app from several processes, the workers, which are cluster workers on the tree of `ipem`. Resolves when all
 * of them serve.
 *
 * ```ts
 * const server = await serve({ workerApp: './app.js', listenPort: 3000, workers: 4 })
 * await server.reload()
 * ```
 *
 * Not guaranteed: that a worker which is killed has answered what it was asked.
 *
 * @throws ERR_IPEM_CONFIG the options or the configuration file are wrong; `problems` has a line for each
 * @throws ERR_IPEM_LISTEN an address cannot be bound
 * @throws ERR_IPEM_APP the app does not start; the message has the app's own error
 * @throws ERR_IPEM_HOOK a hook has thrown
 * @throws ERR_IPEM_RUNNING the pidfile names a process that lives
 * @throws ERR_IPEM_ALREADY_STARTED this process serves already
 * Source: the readme of tiamat.
 */
export async function serve(options: ServeOptions): Promise<ServeServer> {
  if (present) throw new IpemError('ERR_IPEM_ALREADY_STARTED', 'This process serves already')
  present = true
  try {
    return await begin(options)
  } catch (error) {
    present = false
    throw error
  }
}

async function begin(options: ServeOptions): Promise<ServeServer> {
  const { handleSignals = true, control = true, ...rest } = options
  // Before anything changes the directory or the environment.
  const command = ownCommand()
  const origin = originOf(rest)
  const config = await readConfig(origin)
  await startBus()
  const master = new Master({ bus: ipem, origin, config, command, titled: handleSignals })
  const signals = handleSignals ? new SignalListeners(master) : null
  const desk = control ? new ControlDesk(master) : null
  const closed = master.closed.promise.then(async () => {
    signals?.close()
    present = false
    await desk?.close()
  })
  const server = new ServeServer(master, closed)
  const starting = master.start()
  desk?.open()
  try {
    await starting
  } catch (error) {
    await closed
    throw error
  }
  return server
}

/**
 * Looks whether the options and the configuration file are right, and starts nothing.
 *
 * @throws ERR_IPEM_CONFIG `problems` has a line for each thing that is wrong
 */
export async function checkConfig(options: ServeOptions): Promise<void> {
  await resolveOptions(options)
}

/** @internal */
export type ResolvedOptions = PlainConfig

/**
 * This process was started by another master, by SIGUSR2.
 *
 * @internal
 */
export function isSuccessor(): boolean {
  return UPGRADE_VARIABLE in process.env
}

/**
 * The options with those of the file and with all defaults.
 *
 * @internal
 */
export async function resolveOptions(options: ServeOptions): Promise<PlainConfig> {
  const { handleSignals: _, control: __, ...rest } = options
  return (await readConfig(originOf(rest))).plain
}

function originOf({ config, ...flags }: Omit<ServeOptions, 'handleSignals' | 'control'>): Origin {
  const cwd = process.cwd()
  return { flags, configPath: config === undefined ? undefined : path.resolve(cwd, config), cwd }
}

/** Where the user has started it already, it is as the user wants it. */
async function startBus(): Promise<void> {
  try {
    ipem.options({ useSocket: false, signals: false })
  } catch {
    return
  }
  ipem.on('error', (error) => process.emitWarning(error.message, { code: error.code }))
  await new Promise<void>((resolve) => {
    ipem.once('ready', () => resolve())
    ipem.start()
  })
}

export type {
  ListenerOptions,
  ServeConfig,
  ServeFacts,
  TcpListenerOptions,
  UnixListenerOptions,
  WorkerExit,
} from './config/config-types.js'
export { type ConnectOptions, connectServer, type ListedServer, listServers } from './control/connect-server.js'
export type { ServerControl } from './control/control-client.js'
export type { ServerStatus, WorkerStatus } from './control/server-status.js'
export { listen } from './nodes/listen.js'
export type { NodeStream } from './nodes/mesh.js'
export { Nodes, type NodesEvents, type NodesOptions } from './nodes/nodes.js'
export type { WorkerInfo } from './serve-server.js'
export type { FrameEvent, FrameEventHandler, FrameEventListener } from './streams/frame-events.js'
export type { FrameStreamOptions } from './streams/frame-options.js'
export { type FramableStream, FramedStream, type FramedStreamEvents, frameStream } from './streams/frame-stream.js'
export { ServeServer }
