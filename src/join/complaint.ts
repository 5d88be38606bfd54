// Why a process stays alone, in words that say what to set. Pure.

import { IpemError } from '../errors.js'
import type { ResolvedOptions } from '../options.js'
import { describeAddress, type SocketAddress } from './address.js'

/** A warning where nobody asked for this meeting place, an error where somebody did. */
export type Complaint = { readonly warning: string } | { readonly error: IpemError }

/** Faults of this process, wherever it wanted to meet; their messages already say where and what to do. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['ERR_IPEM_INSECURE', 'ERR_IPEM_INVALID_OPTION', 'ERR_IPEM_LISTEN'])

export function complaintAbout(
  error: IpemError,
  address: SocketAddress,
  explicit: ResolvedOptions['explicit'],
): Complaint {
  if (OWN_FAULTS.has(error.code)) return { error }
  const byDefault = !explicit.port && !explicit.socketPath && !explicit.name
  // The cookie is looked for before anybody is called, and its message names its own remedies.
  if (error.code === 'ERR_IPEM_COOKIE') {
    return byDefault
      ? { warning: `${error.message}. Until then this process takes no part in a tree by socket` }
      : { error }
  }
  const where = describeAddress(address)
  const why = `Cannot join at ${where}: ${error.message}`
  if (byDefault) {
    const remedy = 'set `socket.port` or `socket.socketPath` to meet elsewhere, `name` to say which application this is'
    return { warning: `${why}. This process stays on its own; ${remedy}, or \`useSocket: false\`` }
  }
  const { name: _, code, ...fields } = error
  return { error: new IpemError(code, why, { ...fields, address: where, cause: error }) }
}
