import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MAX_HOPS, MessageType, type MessageTypeNumber } from '../../src/message.js'
import { advance, type Decision, type Position, type Routable, route } from '../../src/routing/router.js'

/**
 *     gm ── a ── a1, a2 ── a21      forked; a1 is a grandchild
 *      ├─── w                       a cluster worker
 *      └─── s ── s1                 joined by socket, with a child of its own
 */
const PARENTS: Record<string, string | null> = {
  gm: null,
  a: 'gm',
  a1: 'a',
  a2: 'a',
  a21: 'a2',
  w: 'gm',
  s: 'gm',
  s1: 's',
  lost: null,
}

/**
 * `message`: type, and for a targeted one whom it is for, with `<` a route (target first).
 * `here`: the process that decides. `way`: where the message has been, `-` if it begins here.
 * `listens`: the links beyond which somebody listens. `result`: `here` and the links it goes on, `-` for nobody.
 */
const TABLE = `
message              here   way        listens      result

toParents            gm     -          all          -
toParents            gm     a          all          here
toParents            gm     a1>a       all          here
toParents            gm     s1>s       none         here
toParents            a      -          all          gm
toParents            a      -          gm           gm
toParents            a      -          a1           -
toParents            a      -          none         -
toParents            a      a1         all          here gm
toParents            a      a1         none         here
toParents            a      a21>a2     gm           here gm
toParents            a      gm         all          misdirected
toParents            a1     -          all          a
toParents            a1     a          all          misdirected
toParents            w      -          all          gm
toParents            w      gm         all          misdirected
toParents            s      -          all          gm
toParents            s      s1         all          here gm
toParents            s      gm         all          misdirected
toParents            s1     -          all          s

toChilds             gm     -          all          a w s
toChilds             gm     -          a s          a s
toChilds             gm     -          none         -
toChilds             gm     a          all          misdirected
toChilds             a      -          all          a1 a2
toChilds             a      -          gm           -
toChilds             a      gm         all          here a1 a2
toChilds             a      gm         a2           here a2
toChilds             a      gm         none         here
toChilds             a      a1         all          misdirected
toChilds             a2     gm>a       all          here a21
toChilds             a1     -          all          -
toChilds             a1     gm>a       all          here
toChilds             w      -          all          -
toChilds             w      gm         all          here
toChilds             s      -          all          s1
toChilds             s      gm         all          here s1
toChilds             s      s1         all          misdirected
toChilds             s1     gm>s       all          here

toSiblings           gm     -          all          -
toSiblings           gm     a          all          w s
toSiblings           gm     a          w            w
toSiblings           gm     a          a            -
toSiblings           gm     s          all          a w
toSiblings           gm     w          none         -
toSiblings           gm     a1>a       all          misdirected
toSiblings           a      -          all          gm
toSiblings           a      -          a1           -
toSiblings           a      w>gm       all          here
toSiblings           a      gm         all          misdirected
toSiblings           a      x>w>gm     all          misdirected
toSiblings           a      a1         all          a2
toSiblings           a      a21>a2     all          misdirected
toSiblings           a1     -          all          a
toSiblings           a1     a2>a       all          here
toSiblings           a21    -          all          a2
toSiblings           w      -          all          gm
toSiblings           w      s>gm       none         here
toSiblings           s      -          all          gm
toSiblings           s      s1         all          -
toSiblings           s      a>gm       all          here
toSiblings           s1     -          all          s

broadcast            gm     -          all          a w s
broadcast            gm     -          w            w
broadcast            gm     -          none         -
broadcast            gm     a          all          here w s
broadcast            gm     a1>a       a s          here s
broadcast            a      -          all          gm a1 a2
broadcast            a      -          gm           gm
broadcast            a      gm         all          here a1 a2
broadcast            a      gm         gm           here
broadcast            a      a1         all          here gm a2
broadcast            a      a1         none         here
broadcast            a1     -          all          a
broadcast            a1     w>gm>a     all          here
broadcast            w      -          all          gm
broadcast            w      gm         all          here
broadcast            s      -          all          gm s1
broadcast            s      gm         all          here s1
broadcast            s      s1         all          here gm
broadcast            s1     -          all          s

toChild(a)           gm     -          none         a
toChild(s)           gm     -          none         s
toChild(a1)          gm     -          all          unreachable
toChild(x)           gm     -          all          unreachable
toChild(a1)          a      -          none         a1
toChild(gm)          a      -          all          unreachable
toChild(a)           a      -          all          unreachable
toChild(a)           a      gm         none         here
toChild(a1)          a      gm         all          unreachable
toChild(a)           a      x>gm       all          misdirected
toChild(a)           a      a1         all          misdirected
toChild(a1)          a1     a          none         here
toChild(w)           w      gm         none         here
toChild(w)           w      -          all          unreachable
toChild(s1)          s      -          none         s1
toChild(s1)          s1     s          none         here

toGrandMaster        gm     -          none         here
toGrandMaster        gm     a          none         here
toGrandMaster        gm     a1>a       none         here
toGrandMaster        a      -          none         gm
toGrandMaster        a      a1         none         gm
toGrandMaster        a      gm         all          misdirected
toGrandMaster        a1     -          none         a
toGrandMaster        w      -          none         gm
toGrandMaster        s      -          none         gm
toGrandMaster        s      s1         none         gm
toGrandMaster        s1     -          none         s
toGrandMaster        lost   -          all          unreachable

sendTo(gm)           gm     -          none         here
sendTo(gm)           gm     a1>a       none         here
sendTo(a1)           gm     -          none         a
sendTo(s1)           gm     a          none         s
sendTo(w)            gm     s1>s       none         w
sendTo(x)            gm     -          all          unreachable
sendTo(x)            gm     a          all          unreachable
sendTo(a1)           a      -          none         a1
sendTo(a21)          a      -          none         a2
sendTo(a21)          a      gm         none         a2
sendTo(a2)           a      a1         none         a2
sendTo(a)            a      -          none         here
sendTo(a)            a      gm         none         here
sendTo(a)            a      a1         none         here
sendTo(w)            a      -          none         gm
sendTo(w)            a      a1         none         gm
sendTo(w)            a      gm         none         unreachable
sendTo(gm)           a1     -          none         a
sendTo(a1)           a1     gm>a       none         here
sendTo(s1)           w      -          none         gm
sendTo(w)            w      s1>s>gm    none         here
sendTo(s1)           s      gm         none         s1
sendTo(w)            s      s1         none         gm
sendTo(a1)           s1     -          none         s
sendTo(x)            lost   -          all          unreachable

sendTo(gm<)          gm     -          none         here
sendTo(a1<a)         gm     -          none         a
sendTo(s1<s)         gm     a1>a       none         s
sendTo(a1<a<a)       gm     a2>a       none         unreachable
sendTo(x)            gm     -          none         unreachable
sendTo(x<x)          gm     a          none         unreachable
sendTo(w<w)          gm     a          none         w
sendTo(a1<s)         gm     a          none         s
sendTo(a1<a1)        a      gm         none         a1
sendTo(a<)           a      gm         none         here
sendTo(a1<)          a      gm         none         unreachable
sendTo(w<w<gm)       a      a1         none         gm
sendTo(w<gm)         a      gm         none         unreachable
sendTo(a21<a21)      a      -          none         unreachable
sendTo(a21<a21<a2)   a      -          none         a2
sendTo(s<s<gm)       w      -          none         gm
sendTo(s1<)          s1     a>gm>s     none         here
sendTo(gm<gm<s)      s1     -          none         s

request(gm)          gm     a1>a       none         here
request(a1)          gm     w          none         a
request(null)        gm     a1>a       none         here
request(null)        gm     -          none         here
request(null)        a      a1         none         gm
request(null)        a      gm         none         unreachable
request(null)        lost   -          none         unreachable
request(a1)          a1     w>gm>a     none         here
request(s1<s1)       s      gm         none         s1
answer(a1<a1)        a      gm         none         a1
answer(a1<)          a1     gm>a       none         here
answer(x<x)          gm     a          none         unreachable
notice(null)         a      -          none         gm
notice(w<w)          gm     a          none         w
notice(w<)           w      a>gm       none         here

broadcast            a      a1>gm      all          -
toChilds             a      a21>gm     all          -
broadcast            a      a>w>gm     all          -
sendTo(a)            a      a2>gm      none         -
`

interface Row {
  readonly title: string
  readonly message: Routable
  readonly here: string
  readonly origin: string | null
  readonly listens: ReadonlySet<string> | 'all'
  readonly result: string
}

function parse(line: string): Row {
  const [call, here, way, listens, result] = line.trim().split(/\s{2,}/) as [string, string, string, string, string]
  const [, name, target] = /^(\w+)(?:\((.+)\))?$/.exec(call) as unknown as [
    string,
    keyof typeof MessageType,
    string | undefined,
  ]
  const pids = way === '-' ? [here] : way.split('>')
  const to = target === undefined || target === 'null' ? null : (target.split('<')[0] as string)
  return {
    title: `${call} at ${here}, ${way === '-' ? 'its own' : `by way of ${way}`}, with ${listens} listening: ${result}`,
    message: { type: MessageType[name], event: 'ev', pids, to, route: target?.includes('<') ? routeOf(target) : null },
    here,
    origin: way === '-' ? null : (pids.at(-1) as string),
    listens: listens === 'all' ? 'all' : new Set(listens === 'none' ? [] : listens.split(' ')),
    result,
  }
}

/** `a1<a` is the route [a1, a] for a message to a1; `a1<` the empty one on arrival. */
function routeOf(target: string): string[] {
  return target.endsWith('<') ? [] : target.split('<')
}

/** Links are named by the process at their other end. */
function positionOf(self: string, listens: ReadonlySet<string> | 'all'): Position<string> {
  const parent = PARENTS[self] ?? null
  const children = Object.keys(PARENTS).filter((pid) => PARENTS[pid] === self)
  const links = parent === null ? children : [parent, ...children]
  const wants = (link: string) => listens === 'all' || listens.has(link)
  return {
    self,
    parent,
    isGrandMaster: self === 'gm',
    neighbour: (pid) => links.find((link) => link === pid),
    below: (pid) => {
      let at: string | null | undefined = pid
      while (at !== null && at !== undefined && !children.includes(at)) at = PARENTS[at]
      return at ?? undefined
    },
    wants,
    listening: () => links.filter(wants),
  }
}

function show({ deliver, forward, refused }: Decision<string>): string {
  return refused ?? ([...(deliver ? ['here'] : []), ...forward].join(' ') || '-')
}

describe('the router', () => {
  const lines = TABLE.split('\n')
    .slice(2)
    .filter((line) => line.trim() !== '')
  for (const { title, message, here, origin, listens, result } of lines.map(parse)) {
    it(title, () => {
      assert.equal(show(route(message, origin, positionOf(here, listens))), result)
    })
  }

  it('has a row for every type of message', () => {
    const types = new Set(lines.map((line) => parse(line).message.type))
    assert.deepEqual(
      [...types].sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
  })

  it('takes any other type for misdirected', () => {
    for (const type of [0, 11, -1]) {
      const message = { type: type as MessageTypeNumber, event: 'ev', pids: ['a'], to: null, route: null }
      assert.equal(show(route(message, 'a', positionOf('gm', 'all'))), 'misdirected')
    }
  })
})

describe('the hop limit', () => {
  const way = (length: number) => Array.from({ length }, (_, at) => (at === length - 1 ? 'a1' : `x${at}`))
  const at = (type: MessageTypeNumber, length: number, to: string | null = null) =>
    show(route({ type, event: 'ev', pids: way(length), to, route: null }, 'a1', positionOf('a', 'all')))

  it(`lets a message pass ${MAX_HOPS} processes`, () => {
    assert.equal(at(MessageType.broadcast, MAX_HOPS - 2), 'here gm a2')
    assert.equal(at(MessageType.sendTo, MAX_HOPS - 2, 'w'), 'gm')
  })

  it('delivers at the limit, and forwards nothing', () => {
    assert.equal(at(MessageType.broadcast, MAX_HOPS - 1), 'here')
    assert.equal(at(MessageType.sendTo, MAX_HOPS - 1, 'a'), 'here')
  })

  it('tells the origin of a targeted message that it was too far', () => {
    assert.equal(at(MessageType.sendTo, MAX_HOPS - 1, 'w'), 'unreachable')
    assert.equal(at(MessageType.toGrandMaster, MAX_HOPS - 1), 'unreachable')
  })
})

describe('the header for the next hop', () => {
  it('has one hop more behind it and one less before it', () => {
    const message = { type: MessageType.sendTo, event: 'ev', pids: ['a1'], to: 'w', route: ['w', 'gm'] }
    assert.deepEqual(advance(message, ['a1', 'a']), { ...message, pids: ['a1', 'a'], route: ['w'] })
  })

  it('has no route where it had none', () => {
    const message = { type: MessageType.broadcast, event: 'ev', pids: ['a1'], to: null, route: null }
    assert.deepEqual(advance(message, ['a1', 'a']), { ...message, pids: ['a1', 'a'] })
  })
})
