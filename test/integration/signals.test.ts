import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { describe, it } from 'node:test'
import { until } from './puppets.js'
import { DEADLINE_MS, Family, fixture, folderFor, isAlive, type MemberSpec } from './stage.js'

const together = { concurrency: 3 }

/** p with a forked child that has two of its own, and a cluster worker. */
const spec = (changes: Partial<MemberSpec> = {}): MemberSpec => ({
  name: 'p',
  forks: [{ name: 'a', forks: [{ name: 'a1' }, { name: 'a2' }] }],
  workers: [{ name: 'w' }],
  ...changes,
})
const everybody = ['p', 'a', 'a1', 'a2', 'w']

/** One child of each kind. */
const small = (changes: Partial<MemberSpec> = {}) => spec({ forks: [{ name: 'a' }], ...changes })
const few = ['p', 'a', 'w']

/** As this member saw its children end. */
const inOrder = (family: Family, name: string) =>
  family
    .said('child')
    .filter(([who]) => who === name)
    .map(([, child, end]) => `${child} ${end}`)

describe('SIGTERM and SIGINT', together, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} takes children and grandchildren down in reverse order, then the process dies of it`, async (t) => {
      const family = Family.of(t, spec())
      await family.untilReady(...everybody)
      family.top.kill(signal)
      assert.deepEqual(await family.exit(), { code: null, signal })
      await family.closed
      assert.deepEqual(inOrder(family, 'p'), ['w SIGTERM', 'a SIGTERM'])
      assert.deepEqual(inOrder(family, 'a'), ['a2 SIGTERM', 'a1 SIGTERM'])
      await family.untilAllGone()
      assert.equal(family.errors, '')
    })

    it(`${signal} to a terminal's whole group ends everybody in order`, async (t) => {
      const family = Family.of(t, spec(), { detached: true })
      await family.untilReady(...everybody)
      process.kill(-(family.top.pid as number), signal)
      assert.deepEqual(await family.exit(), { code: null, signal })
      await family.closed
      await family.untilAllGone()
      if (signal === 'SIGINT') {
        assert.deepEqual(inOrder(family, 'p'), ['w SIGTERM', 'a SIGTERM'])
        assert.deepEqual(inOrder(family, 'a'), ['a2 SIGTERM', 'a1 SIGTERM'])
      }
      assert.equal(family.errors, '')
    })

    it(`${signal} is the user's where the user listens`, async (t) => {
      const family = Family.of(t, { ...small(), own: [signal] })
      await family.untilReady(...few)
      family.top.kill(signal)
      await family.until('the signal', () => family.said('signal').length > 0)
      family.top.kill(signal)
      await family.until('the signal again', () => family.said('signal').length > 1)
      assert.deepEqual(family.said('child'), [])
      assert.deepEqual(
        family.osPids.filter((osPid) => !isAlive(osPid)),
        [],
      )
    })

    it(`${signal} is left alone with signals: false`, async (t) => {
      const family = Family.of(t, small({ options: { signals: false } }))
      await family.untilReady(...few)
      family.top.kill(signal)
      assert.deepEqual(await family.exit(), { code: null, signal })
      assert.deepEqual(inOrder(family, 'p'), [], 'it died at once, and nobody was stopped by it')
      await family.untilAllGone()
    })

    it(`${signal} is left alone without children`, async (t) => {
      const family = Family.of(t, { name: 'p' })
      await family.untilReady('p')
      family.top.kill(signal)
      assert.deepEqual(await family.exit(), { code: null, signal })
      assert.deepEqual(family.said('exit'), [], 'as Node does it')
    })
  }

  it('gives the shell 128 + n', async (t) => {
    const command = '"$@" & echo shell $!; wait $!; echo status $?'
    const args = ['sh', process.execPath, fixture('family'), JSON.stringify(small())]
    const env = { ...process.env, TEST_PID: String(process.pid) }
    const shell = spawn('sh', ['-c', command, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env })
    let text = ''
    shell.stdout.on('data', (data) => {
      text += data
    })
    t.after(() => shell.kill('SIGKILL'))
    await until('all', () => text.match(/"ready"/g)?.length === few.length, DEADLINE_MS)
    process.kill(Number(/shell (\d+)/.exec(text)?.[1]), 'SIGTERM')
    await once(shell, 'exit')
    assert.match(text, /^status 143$/m)
  })

  it('stop a child that is restarted again and again for good', async (t) => {
    const options = { restart: true, delayRestart: 0 }
    const family = new Family(t, fixture('signals-crashing'), [JSON.stringify(options)])
    await family.until('some restarts', () => family.said('crash').length > 2)
    family.top.kill('SIGTERM')
    assert.deepEqual(await family.exit(), { code: null, signal: 'SIGTERM' })
    await family.closed
    await family.untilAllGone()
  })

  it('deliver what the children say last, and pass it on', async (t) => {
    const family = new Family(t, fixture('signals-last-words'), ['top'])
    await family.until('the leaf', () => family.said('up').length > 0)
    process.kill(family.osPid('middle'), 'SIGTERM')
    await family.until('the end of the middle', () => family.said('ended').length > 0)
    assert.deepEqual(family.said('ended'), [['top', null, 'SIGTERM', 20_000]])
  })
})

describe('kill -9 of a parent', together, () => {
  it('ends children, workers and grandchildren soon', async (t) => {
    const family = Family.of(t, spec())
    await family.untilReady(...everybody)
    family.top.kill('SIGKILL')
    await family.closed
    await family.untilAllGone()
    assert.equal(family.osPids.length, everybody.length)
    assert.deepEqual(
      family
        .said('exit')
        .map(([name, code]) => `${name} ${code}`)
        .sort(),
      ['a 0', 'w 0'],
    )
    assert.equal(family.errors, '')
  })

  it('ends the children of a middle process, and nobody else', async (t) => {
    const family = Family.of(t, spec())
    await family.untilReady(...everybody)
    process.kill(family.osPid('a'), 'SIGKILL')
    await family.until('its children to leave', () =>
      [family.osPid('a1'), family.osPid('a2')].every((pid) => !isAlive(pid)),
    )
    for (const name of ['p', 'w']) assert.equal(isAlive(family.osPid(name)), true, name)
  })

  it('ends children that were not online yet', async (t) => {
    const family = new Family(t, fixture('signals-starting'), [path.join(folderFor(t), 'bus')])
    await family.until('the parent has forked', () => family.said('forked').length > 0)
    const children = family.said('forked')[0]?.slice(1) as number[]
    family.top.kill('SIGKILL')
    await family.until('the end of the children', () => children.every((osPid) => !isAlive(osPid)))
  })
})
