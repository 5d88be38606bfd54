import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { it } from 'node:test'
import fc from 'fast-check'
import { encodePayload } from '../../src/wire/payload.js'
import { any } from './payload-arbitraries.js'

const MAX_BYTES = 64 * 1024 * 1024

const ECHO = `
  import { decodePayload, encodePayload } from ${JSON.stringify(new URL('../../src/wire/payload.js', import.meta.url).href)}
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  const lines = text.split(' ').map((hex) => {
    const bytes = Buffer.from(hex, 'hex')
    return encodePayload(decodePayload(bytes, 0, bytes.length), ${MAX_BYTES}).toString('hex')
  })
  process.stdout.write(lines.join(' '))
`

it('a process that forbids code from strings, and has seen no payload before, reads what this one has written', () => {
  const payloads = fc.sample(fc.array(any), 200).map((args) => encodePayload(args, MAX_BYTES).toString('hex'))
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', ECHO]
  const answer = execFileSync(process.execPath, args, {
    input: payloads.join(' '),
    encoding: 'utf8',
    maxBuffer: MAX_BYTES,
  })
  assert.deepStrictEqual(answer.split(' '), payloads)
})
