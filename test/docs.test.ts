import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { EventEmitter } from 'eventemitter3'
import { parseSync } from 'oxc-parser'
import { IpemError } from '../src/errors.js'
import { Ipem } from '../src/ipem.js'
import { MessageType, RESERVED_EVENTS } from '../src/message.js'
import { FORK_SCHEMA, OPTIONS_SCHEMA, type OptionSchema, WORKER_SCHEMA } from '../src/options-schema.js'
import { encodeFrame, FrameKind } from '../src/wire/frame.js'
import { encodeHello, encodeRefuse, encodeWelcome } from '../src/wire/handshake.js'
import { encodeHeader, headerFrameBody } from '../src/wire/headers.js'
import { proofOf } from '../src/wire/proof.js'
import { encodeInterest, encodeTopology } from '../src/wire/tree-frames.js'

const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...markdownBelow('docs')]
const api = fs.readFileSync('docs/api.md', 'utf8')

function markdownBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.posix.join(folder, name))
}

/** The text below a heading, up to the next one of its level. */
function section(text: string, heading: string): string {
  const [, rest = ''] = text.split(`\n${heading}\n`)
  const [level] = heading.split(' ')
  return rest.split(`\n${level} `)[0] ?? ''
}

/** The cells of every table row whose first cell is `code`. */
function rows(text: string): string[][] {
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
}

function code(cell = ''): string {
  return /^`(.*)`$/.exec(cell)?.[1] ?? ''
}

/** Every option with what stands for its default in the table; '' where there is none. */
function* optionsOf(schema: OptionSchema, prefix = ''): Generator<[string, string]> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (child.properties === undefined || child.default !== undefined) {
      yield [prefix + name, child.default === undefined ? '' : JSON.stringify(child.default)]
    }
    yield* optionsOf(child, `${prefix}${name}.`)
  }
}

describe('docs/api.md', () => {
  const options = section(api, '## Options')
  const [ofOptions = '', ofFork = ''] = options.split('\n`fork` takes ')

  test('has every option with its default, in the order of the schema', () => {
    const table = rows(ofOptions).map(([name, , value]) => [code(name), code(value)])
    assert.deepEqual(table, [...optionsOf(OPTIONS_SCHEMA)])
  })

  test('has every option of fork and worker', () => {
    const shared = ['restart', 'delayRestart', 'intensity', 'stopTimeout', 'hangTimeout']
    const names = rows(ofFork).map(([name]) => code(name))
    assert.deepEqual([...names, ...shared].sort(), Object.keys(FORK_SCHEMA.properties ?? {}).sort())
    const worker = /^`worker` takes .*$/m.exec(ofFork)?.[0] ?? ''
    for (const name of Object.keys(WORKER_SCHEMA.properties ?? {})) {
      assert.ok(shared.includes(name) || worker.includes(`\`${name}\``), `worker: ${name}`)
    }
  })

  test('has every public function and attribute', () => {
    const names = new Set<string>()
    for (let at: object = Ipem.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name)
    }
    // How the parts of the emitter talk to each other.
    for (const internal of ['constructor', 'listeningChanged', 'retire']) names.delete(internal)
    const missing = [...names].filter((name) => !new RegExp(`\`${name}(\`|\\()`).test(api))
    assert.deepEqual(missing, [])
    assert.ok(names.has('sendTo') && names.has('listenerCount') && EventEmitter.prototype.on !== undefined)
  })

  test('has every type of message with its number, and every event of its own', () => {
    for (const [name, type] of Object.entries(MessageType)) assert.ok(api.includes(`\`${name}\` ${type}`), name)
    const events = rows(section(api, '## Events')).map(([name]) => code(name))
    assert.deepEqual(events.sort(), [...RESERVED_EVENTS].sort())
  })
})

describe('docs/protocol.md', () => {
  const page = fs.readFileSync('docs/protocol.md', 'utf8')
  const pidA = '4711-AAAAAAAAAA'
  const pidB = '4712-BBBBBBBBBB'
  const nonceA = Buffer.alloc(16, 0xa1)
  const nonceB = Buffer.alloc(16, 0xb2)
  const peer = { pid: pidB, name: 'shop', osPid: 4712, host: 'box', title: 'web', member: 'socket' } as const
  const session = { nonceA, nonceB, pidA: pidB, pidB: pidA, name: 'shop' }
  const process = { pid: pidB, osPid: 4712, host: 'box', role: 'fork', title: 'web' } as const
  const killed = { code: null, signal: 'SIGKILL', reason: 'exit' }
  const header = { type: MessageType.toChilds, event: 'job', pids: [pidA], to: null, route: null }
  const targeted = { type: MessageType.sendTo, event: 'job', pids: [pidA], to: pidB, route: [] }
  const bodies: [keyof typeof FrameKind, Uint8Array][] = [
    ['ping', Buffer.alloc(0)],
    ['hello', encodeHello({ ...peer, role: 'dialer', nonce: nonceA })],
    ['welcome', encodeWelcome({ pid: pidA, name: 'shop', way: [pidA] })],
    ['refuse', encodeRefuse(new IpemError('ERR_IPEM_RING', 'a ring'))],
    ['topology', encodeTopology({ what: 'online', pids: [pidB], process, parent: pidA })],
    ['topology', encodeTopology({ what: 'offline', pids: [pidA], pid: pidB, info: killed })],
    ['topology', encodeTopology({ what: 'way', way: [pidA] })],
    ['interest', encodeInterest({ add: ['job'], remove: [] })],
    ['header', headerFrameBody(0, encodeHeader(header))],
    ['header', headerFrameBody(1, encodeHeader(targeted))],
  ]

  for (const [index, [kind, body]] of bodies.entries()) {
    test(`shows the bytes of example ${index + 1}, a ${kind} frame`, () => {
      const hex = encodeFrame(FrameKind[kind], body).toString('hex')
      assert.ok(page.includes(`${hex.slice(0, 8)} ${hex.slice(8, 10)} ${hex.slice(10)}`.trimEnd()), hex)
    })
  }

  test('shows the bytes of a proof', () => {
    const proof = proofOf(Buffer.from('sixteen byte key'), 'listener', session).toString('hex')
    assert.ok(page.includes(proof), proof)
  })

  test('has every kind of frame with its number', () => {
    const kinds = [...page.matchAll(/^\| (\d+) \| (\w+) \|/gm)].map(([, number, name]) => [name, Number(number)])
    for (const kind of Object.entries(FrameKind)) {
      assert.ok(
        kinds.some(([name, number]) => name === kind[0] && number === kind[1]),
        kind[0],
      )
    }
  })
})

for (const page of pages) {
  describe(page, () => {
    const text = fs.readFileSync(page, 'utf8')

    test('has only links that lead somewhere', () => {
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
      const broken = links.filter((link) => !/^https?:/.test(link) && !leadsSomewhere(page, link))
      assert.deepEqual(broken, [])
    })

    test('names only files that exist', () => {
      const named = [...text.matchAll(/`((?:src|test|examples|scripts|docs|typings)\/[\w./-]*)`/g)].map(
        ([, file]) => file,
      )
      assert.deepEqual(
        named.filter((file) => !fs.existsSync(file as string)),
        [],
      )
    })

    test('has only code that parses', () => {
      for (const [, language, source = ''] of text.matchAll(/^```(js|ts)\n(.*?)^```$/gms)) {
        const { errors } = parseSync(`block.${language}`, source, { sourceType: 'unambiguous' })
        assert.deepEqual(
          errors.map(({ message }) => message),
          [],
          source,
        )
      }
    })
  })
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : path.join(path.dirname(page), file)
  if (!fs.existsSync(target)) return false
  if (anchor === undefined) return true
  const headings = [...fs.readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading))
  return headings.includes(anchor)
}

/** As on the sites that show Markdown. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')
}
