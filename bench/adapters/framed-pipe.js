// The bare pipe with values in its frames, by the codecs of Node: what is left of the limit when somebody wants to
// know what was sent. A Buffer is copied once when it is sent, so that its owner may write to it again.

import { codecOf } from '../lib/codec.js'
import { frameSplitter, frameWriter, openPipe } from '../lib/frames.js'
import { formOf } from '../lib/values.js'

export async function open(place, listener) {
  const { encode, decode } = codecOf(place.value)
  const { stream, ...pipe } = openPipe(
    place,
    frameSplitter((body) => listener(decode(body)), true),
  )
  const write = frameWriter(stream)
  const isRaw = formOf(place.value) === 'raw'
  return { ...pipe, sender: () => (value) => write(isRaw ? copied(value) : Buffer.from(encode(value))) }
}

function copied(buffer) {
  const copy = Buffer.allocUnsafeSlow(buffer.length)
  buffer.copy(copy)
  return copy
}
