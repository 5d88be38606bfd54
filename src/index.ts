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

/** What `require('ipem')` gives: the emitter itself, with the other names on it. */
const required = withNames(ipem, { createIpem, Ipem, IpemError, MessageType, ERROR_CODES, printTree, default: ipem })

/** Not enumerable: the emitter should look like itself when it is printed. */
function withNames<T extends object, Names extends object>(target: T, names: Names): T & Names {
  for (const [name, value] of Object.entries(names)) Object.defineProperty(target, name, { value })
  return target as T & Names
}

export default ipem
export { createIpem, ERROR_CODES, Ipem, IpemError, MessageType, printTree, required as 'module.exports' }
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
export type { RequestAll, RequestRow } from './request/request-all.js'
export type { Child, ChildEvents, ChildExit } from './supervise/child.js'
