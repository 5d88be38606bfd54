// The MessagePack library, set up the two ways it is used here. Without records: every payload stands for itself.
// The entry without the native addon: it gains nothing for what we send, and is not there on every platform.

import type { Options } from 'msgpackr'
import { Packr, Unpackr } from 'msgpackr/pack'

/** No extension makes anything of the bytes of others but `undefined`; maps are plain objects; toJSON is not called. */
const OPTIONS: Options = {
  useRecords: false,
  mapsAsObjects: true,
  structuredClone: false,
  moreTypes: false,
  useToJSON: false,
}

/** Objects of at most 65,535 keys. */
export const packr = new Packr(OPTIONS)

/** Objects of any size, a little slower. */
export const packrOfLargeMaps = new Packr({ ...OPTIONS, variableMapSize: true })

/** Buffers in the result are copies: a small one never keeps the chunk alive that it came in. */
export const unpackrCopying = new Unpackr({ ...OPTIONS, copyBuffers: true })

/** Buffers in the result are views of the bytes read. */
export const unpackrViewing = new Unpackr(OPTIONS)
