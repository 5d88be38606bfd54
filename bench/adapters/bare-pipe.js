// Frames that nobody encodes or decodes: the limit of what a pipe gives.

import { frameSplitter, frameWriter, openPipe } from '../lib/frames.js'

/** Only lengths arrive. */
export const decodes = false

export async function open(place, listener) {
  const { stream, ...pipe } = openPipe(place, frameSplitter(listener, false))
  const body = Buffer.alloc(place.bytes, 'x')
  const write = frameWriter(stream)
  return { ...pipe, sender: () => () => write(body) }
}
