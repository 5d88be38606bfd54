// What the platform knows of an object, asked so that neither a subclass nor a getter answers in its place.

import { types } from 'node:util'

export const mapEntries = Map.prototype.entries
export const setValues = Set.prototype.values
export const mapSize = getter(Map.prototype, 'size') as (this: unknown) => number
export const setSize = getter(Set.prototype, 'size') as (this: unknown) => number

/** Undefined for a DataView. */
export const typedArrayName = getter(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag) as (
  this: unknown,
) => string | undefined

/** True for what is of use in this process only; `tag` is what Object.prototype.toString calls it. */
export function isBound(value: object, tag: string): boolean {
  return types.isPromise(value) || (tag !== 'Arguments' && Object.keys(value).length === 0)
}

function getter(of: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.get
}
