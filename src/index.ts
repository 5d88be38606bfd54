// The public names. The default export is the process's own ipem; `require('ipem')` gives it too.

import { ERROR_CODES, IpemError } from './errors.js'
import { Ipem } from './ipem.js'
import { MessageType } from './message.js'
import { printTree } from './print-tree.js'
import type { AnyEvents, DefaultEvents, EventMap } from './public-types.js'

/** Makes an ipem of one's own, with the events it knows: `createIpem<{ job: [id: number] }>()`. */
function createIpem<Events extends EventMap<Events> = AnyEvents>(): Ipem<Events> {
  return new Ipem<Events>()
}

/** The ipem of this process. */
const ipem: Ipem<DefaultEvents> = createIpem<DefaultEvents>()

/** Spelt out: an inferred type would hold the events as they are here, and not those a user adds to IpemEvents. */
interface Names {
  readonly createIpem: typeof createIpem
  readonly Ipem: typeof Ipem
  readonly IpemError: typeof IpemError
  readonly MessageType: typeof MessageType
  readonly ERROR_CODES: typeof ERROR_CODES
  readonly printTree: typeof printTree
  readonly default: typeof ipem
}

/** What `require('ipem')` gives: the emitter itself, with the other names on it. */
const required: typeof ipem & Names = withNames(ipem, {
  createIpem,
  Ipem,
  IpemError,
  MessageType,
  ERROR_CODES,
  printTree,
  default: ipem,
})

/** Not enumerable: the emitter should look like itself when it is printed. */
function withNames<T extends object, Added extends object>(target: T, names: Added): T & Added {
  for (const [name, value] of Object.entries(names)) Object.defineProperty(target, name, { value })
  return target as T & Added
}

export default ipem
export type { IpemErrorCode, IpemErrorFields } from './errors.js'
export type { Message, MessageTypeNumber } from './message.js'
export type * from './options.js'
export type { OfflineInfo, ProcessInfo, ProcessRole, TreeNode } from './process-info.js'
export type {
  AnyEvents,
  DefaultEvents,
  EventMap,
  IpemConstructor,
  IpemEvents,
  ListenerOf,
  Members,
  OwnListeners,
  Target,
} from './public-types.js'
export type { RemoteError } from './request/answer.js'
export type { RequestMessage } from './request/handled-request.js'
export type { RequestHandler } from './request/handler-table.js'
export type { RequestAll, RequestRow } from './request/request-all.js'
export type { RequestOptions } from './request/request-arguments.js'
export type { Child, ChildEvents, ChildExit } from './supervise/child.js'
export { createIpem, ERROR_CODES, Ipem, IpemError, MessageType, printTree, required as 'module.exports' }
