// From what an app exports to a server: the forms that are known, in the order in which they are looked for. Listens
// nowhere.

import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import { pathToFileURL } from 'node:url'
import { IpemError } from '../../index.js'
import type { ServeFacts } from '../config/config-types.js'

type Next = (server: unknown) => void
type Run = (config: ServeFacts, next: Next) => unknown
type Handler = http.RequestListener

/** A web-standard handler, as hono has it. */
type Fetch = (request: unknown, ...rest: unknown[]) => unknown

/** What the members of an app are looked at as. */
interface AppShape {
  run?: Run
  fetch?: Fetch
  callback?: () => Handler
  use?: unknown
  ready?: () => Promise<unknown>
  server?: unknown
  routing?: Handler
}

/** What is known when an app was loaded. */
export interface Loaded {
  readonly config: ServeFacts
  readonly appPath: string
  /** The servers that it has made listen, or will as soon as an address is looked up. */
  readonly listening: ReadonlySet<net.Server>
}

/** It sees to its listening itself. */
export const BY_ITSELF = Symbol('by itself')

type Found = net.Server | typeof BY_ITSELF | null

/**
 * @param exported the namespace of the app's module
 * @returns null where it exports nothing that could serve, and has not listened so far
 * @throws ERR_IPEM_APP run() gives no server
 * @throws ERR_IPEM_MISSING_PEER something is missing to run it
 */
export async function serverOf(exported: object, loaded: Loaded): Promise<Found> {
  const { run, default: main, server } = exported as { run?: Run; default?: unknown; server?: unknown }
  for (const candidate of [run === undefined ? undefined : { run }, main, server, exported]) {
    const found = await fromValue(await candidate, loaded)
    if (found !== null) return found
  }
  return loaded.listening.size > 0 ? BY_ITSELF : null
}

async function fromValue(value: unknown, loaded: Loaded): Promise<Found> {
  const { listening, appPath } = loaded
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return null
  if (isServer(value)) return listening.has(value) ? BY_ITSELF : value
  const app = value as AppShape
  if (typeof app.run === 'function') return fromRun(app.run, loaded)
  // fastify
  if (typeof app.ready === 'function' && isServer(app.server)) {
    if (listening.has(app.server)) return BY_ITSELF
    await app.ready()
    return app.server
  }
  // Another server, for metrics perhaps, is not the one that is exported.
  if ([...listening].some((server) => server.listeners('request').includes(value as Handler))) return BY_ITSELF
  // Of these the handler cannot be told from another one.
  if (listening.size > 0 && typeof value !== 'function') return BY_ITSELF
  // koa
  if (typeof app.callback === 'function' && typeof app.use === 'function') return http.createServer(app.callback())
  // express and connect are functions that have a great many members, and so is a plain handler.
  if (typeof value === 'function' && !isClass(value)) return http.createServer(value as Handler)
  if (typeof app.fetch === 'function') return http.createServer(await fetchListener(app.fetch.bind(app), appPath))
  return null
}

/** As in tiamat: the app gives its server to `next`, now or later; or it answers with it. */
async function fromRun(run: Run, loaded: Loaded): Promise<Found> {
  const { config, appPath } = loaded
  const given = await new Promise<unknown>((resolve, reject) => {
    const next = (server: unknown): void => resolve(server)
    Promise.resolve(run(config, next)).then((answer) => {
      if (answer !== undefined) resolve(answer)
    }, reject)
  })
  const server = await fromValue(given, loaded)
  if (server !== null) return server
  throw new IpemError('ERR_IPEM_APP', `${appPath}: run() gave ${typeof given} and no server`)
}

/** By its shape too: the app may have it from another copy of a module. */
function isServer(value: unknown): value is net.Server {
  if (value instanceof net.Server) return true
  const { listen, close, address, on } = (value ?? {}) as Partial<net.Server>
  return (
    [listen, close, address, on].every((member) => typeof member === 'function') && 'listening' in (value as object)
  )
}

function isClass(value: unknown): boolean {
  return /^class[\s{]/.test(Function.prototype.toString.call(value))
}

/** Node serves requests of its own kind; the package that turns them into standard ones belongs to the app. */
async function fetchListener(fetch: Fetch, appPath: string): Promise<Handler> {
  const name = '@hono/node-server'
  try {
    const found = createRequire(pathToFileURL(appPath)).resolve(name)
    const { getRequestListener } = (await import(pathToFileURL(found).href)) as {
      getRequestListener: (fetch: Fetch) => Handler
    }
    return getRequestListener(fetch)
  } catch (cause) {
    const text = `${appPath} exports a fetch handler, which needs ${name}: npm install ${name}`
    throw new IpemError('ERR_IPEM_MISSING_PEER', text, { package: name, cause })
  }
}
