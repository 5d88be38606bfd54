// Which of the sockets of a master a server in a worker means. Pure.

import type { ListenQuery } from '../handle-channel.js'
import { BACKLOG, type Place, placeKey, samePort } from '../listener.js'

/** How the keys of sockets begin that an app has asked for by itself. */
export const OWN = 'own:'

/**
 * The place a server in a worker means. An app that listens by itself gets the places of the configuration, the first
 * one for its first server and so on, whatever port is in its code; where there are none it gets what it asks for.
 *
 * @returns null where another server of the same worker has it
 */
export function placeFor(query: ListenQuery, configured: readonly Place[]): { key: string; place: Place } | null {
  if (query.key !== undefined) {
    const place = configured.find((each) => placeKey(each) === query.key)
    if (place !== undefined) return { key: query.key, place }
  }
  const { taken, fd } = query
  if (fd !== undefined) {
    const key = `${OWN}fd:${fd}`
    return { key, place: { kind: 'unix', path: `fd ${fd}`, mode: undefined, backlog: BACKLOG } }
  }
  const asked = placeOf(query)
  const free = configured.filter((place) => place.kind === asked.kind && !taken.includes(placeKey(place)))
  const place = free.find((each) => samePort(each, asked)) ?? free[0]
  if (place !== undefined) return { key: placeKey(place), place }
  const own = `${OWN}${placeKey(asked)}`
  if (asked.kind === 'unix' || asked.port !== 0) return taken.includes(own) ? null : { key: own, place: asked }
  // Servers on any free port are told apart by their order, which is the same in each worker.
  const count = taken.filter((key) => key.startsWith(own)).length
  return { key: `${own}#${count}`, place: asked }
}

function placeOf({ address, port, addressType, backlog = BACKLOG }: ListenQuery): Place {
  if (addressType === -1) return { kind: 'unix', path: address ?? '', mode: undefined, backlog }
  // Without an address Node asks for IPv4 in a worker, and means every address.
  const family = address === null ? 'tcp' : addressType === 6 ? 'tcp6' : 'tcp4'
  return { kind: 'tcp', host: address ?? undefined, port, family, backlog }
}
