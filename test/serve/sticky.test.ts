import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientOf, type Sticky, slotFor } from '../../src/serve/sticky.js'

const head = (...lines: string[]) => ['GET / HTTP/1.1', 'Host: here', ...lines, '', ''].join('\r\n')

describe('the client of a request', () => {
  const user = { header: 'x-user' }
  const session = { cookie: 'sid' }
  const rows: [title: string, sticky: Exclude<Sticky, 'ip'>, lines: string[], client: string | null][] = [
    ['is what the header says', user, ['x-user: ann'], 'ann'],
    ['is found in whatever case the header is written', user, ['X-USER: ann'], 'ann'],
    ['is found in whatever case the header is configured', { header: 'X-User' }, ['x-user: ann'], 'ann'],
    ['keeps its own case', user, ['x-user: Ann'], 'Ann'],
    ['needs no space behind the colon', user, ['x-user:ann'], 'ann'],
    ['has no spaces and tabs around it', user, ['x-user: \t ann \t '], 'ann'],
    ['keeps the spaces inside', user, ['x-user: ann  of here'], 'ann  of here'],
    ['may have colons', user, ['x-user: a:b: c'], 'a:b: c'],
    ['is the first one of two', user, ['x-user: ann', 'x-user: bob'], 'ann'],
    ['is not known without the header', user, ['accept: */*'], null],
    ['is not that of a header whose name only ends alike', user, ['not-x-user: ann'], null],
    ['is not that of a header whose name only begins alike', user, ['x-user-agent: ann'], null],
    ['is not that of a header which a pattern would match', { header: 'x.user' }, ['x-user: ann'], null],
    ['is what the cookie says', session, ['Cookie: sid=abc'], 'abc'],
    ['is found in whatever case "cookie" is written', session, ['cOOkie: sid=abc'], 'abc'],
    ['is found among several cookies', session, ['Cookie: a=1; sid=abc; b=2'], 'abc'],
    ['is found where no space is between cookies', session, ['Cookie: a=1;sid=abc;b=2'], 'abc'],
    ['is found where too many spaces are', session, ['Cookie:  a=1 ;  sid = abc  ; b=2'], 'abc'],
    ['may have "=" in its cookie', session, ['Cookie: sid=ab=c=='], 'ab=c=='],
    ['is the first one of two cookies', session, ['Cookie: sid=abc; sid=def'], 'abc'],
    ['is not that of a cookie in another case', session, ['Cookie: SID=abc'], null],
    ['is not that of a cookie whose name only ends alike', session, ['Cookie: xsid=abc'], null],
    ['is not known without the cookie', session, ['Cookie: a=1'], null],
    ['is not known without any cookie', session, [], null],
  ]
  for (const [title, sticky, lines, client] of rows) {
    it(title, () => assert.equal(clientOf(head(...lines), sticky), client))
  }
})

describe('the client of a request, as others may send it', () => {
  const user = { header: 'x-user' }

  it('is not what the body says', () => {
    assert.equal(clientOf(`${head('Content-Length: 11')}x-user: ann`, user), null)
  })

  it('is found in the second line of cookies', () => {
    assert.equal(clientOf(head('Cookie: a=1', 'Cookie: sid=abc'), { cookie: 'sid' }), 'abc')
  })

  it('takes no long time to find among many spaces', () => {
    const before = performance.now()
    clientOf(head(`x-user: a${' '.repeat(16_000)}b`), user)
    assert.ok(performance.now() - before < 100)
  })
})

describe('the slot of a client', () => {
  const SLOTS = [1, 2, 3, 4]
  const CLIENTS = Array.from({ length: 4000 }, (_, n) => `client-${n}`)

  it('is always the same, in whatever order the slots are', () => {
    for (const client of CLIENTS.slice(0, 100)) {
      assert.equal(slotFor(client, SLOTS), slotFor(client, [...SLOTS].reverse()))
    }
  })

  it('is the only one there is', () => assert.equal(slotFor('anybody', [7]), 7))

  const kinds: [title: string, nameOf: (n: number) => string][] = [
    ['names', (n) => `client-${n}`],
    ['addresses', (n) => `10.0.${n >> 8}.${n & 255}`],
    ['numbers', String],
  ]
  for (const [title, nameOf] of kinds) {
    it(`is about as often each of them, for ${title}`, () => {
      const counts = new Map(SLOTS.map((slot) => [slot, 0]))
      for (let n = 0; n < CLIENTS.length; n++) {
        const slot = slotFor(nameOf(n), SLOTS)
        counts.set(slot, (counts.get(slot) ?? 0) + 1)
      }
      const even = CLIENTS.length / SLOTS.length
      for (const count of counts.values()) assert.ok(Math.abs(count - even) <= even * 0.3, [...counts].join(' '))
    })
  }

  it('changes only for those of a slot that goes', () => {
    for (const client of CLIENTS) {
      const before = slotFor(client, SLOTS)
      if (before !== 3) assert.equal(slotFor(client, [1, 2, 4]), before)
    }
  })

  it('changes only to a slot that comes', () => {
    const moved = CLIENTS.filter((client) => slotFor(client, SLOTS) !== slotFor(client, [...SLOTS, 5]))
    assert.ok(moved.length > 0)
    for (const client of moved) assert.equal(slotFor(client, [...SLOTS, 5]), 5)
  })
})
