import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { isAlive, Pidfile, readPid } from '../../../src/serve/master/pidfile.js'
import { temporaryFolder } from '../temporary.js'

/** Past the most that Linux gives out. */
const DEAD = 2 ** 22 + 1

/** Lives as long as this test. */
const OTHER = process.ppid

function place(context: TestContext, content?: string | number) {
  const at = temporaryFolder(context)
  const file = at('app.pid')
  if (content !== undefined) fs.writeFileSync(file, `${content}\n`)
  return { at, file, old: `${file}.oldbin`, names: () => fs.readdirSync(at('.')).sort() }
}

describe('a pidfile', () => {
  it('has the pid and a line end, and nothing lies beside it', (context) => {
    const { file, names } = place(context)
    assert.equal(new Pidfile(file).path, file)
    assert.equal(fs.readFileSync(file, 'utf8'), `${process.pid}\n`)
    assert.deepEqual(names(), ['app.pid'])
  })

  it('is refused where the process in it lives, and stays as it was', (context) => {
    const { file, names } = place(context, OTHER)
    assert.throws(() => new Pidfile(file), { code: 'ERR_IPEM_RUNNING', path: file, pid: OTHER })
    assert.equal(readPid(file), OTHER)
    assert.deepEqual(names(), ['app.pid'])
  })

  const leftovers: [title: string, content: string | number][] = [
    ['a process that is dead', DEAD],
    ['this very process, as in a container', process.pid],
    ['text', 'not a pid'],
    ['nothing', ''],
    ['a pid of none', 0],
    ['a pid of a group', -OTHER],
    ['a number that is no pid', '99999999999999999999'],
  ]
  for (const [title, content] of leftovers) {
    it(`replaces one of ${title}`, (context) => {
      const { file, names } = place(context, content)
      new Pidfile(file)
      assert.equal(readPid(file), process.pid)
      assert.deepEqual(names(), ['app.pid'])
    })
  }

  it('cannot be made where there is no folder', (context) => {
    const { at } = place(context)
    assert.throws(() => new Pidfile(at('none/app.pid')), { code: 'ENOENT' })
  })
})

describe('the end of a pidfile', () => {
  it('removes it', (context) => {
    const { file, names } = place(context)
    new Pidfile(file).remove()
    assert.deepEqual(names(), [])
  })

  it('removes only its own', (context) => {
    const { file } = place(context)
    const pidfile = new Pidfile(file)
    fs.writeFileSync(file, `${OTHER}\n`)
    pidfile.remove()
    assert.equal(readPid(file), OTHER)
  })

  it('is nothing to worry about where it is gone', (context) => {
    const { file, names } = place(context)
    const pidfile = new Pidfile(file)
    fs.rmSync(file)
    pidfile.remove()
    assert.deepEqual(names(), [])
  })

  it('of an old master removes the old one and leaves that of the new one', (context) => {
    const { file, names } = place(context)
    const old = new Pidfile(file)
    old.retire()
    new Pidfile(file, OTHER)
    old.remove()
    assert.deepEqual(names(), ['app.pid'])
    assert.equal(readPid(file), OTHER)
  })
})

describe('the pidfile of an old master', () => {
  it('makes room for that of a new one', (context) => {
    const { file, old } = place(context)
    const pidfile = new Pidfile(file)
    pidfile.retire()
    assert.deepEqual([readPid(old), fs.existsSync(file)], [process.pid, false])
    pidfile.retire()
    assert.equal(readPid(old), process.pid)
  })

  it('stays what it is where somebody has taken it', (context) => {
    const { file, names } = place(context)
    const pidfile = new Pidfile(file)
    fs.writeFileSync(file, `${OTHER}\n`)
    pidfile.retire()
    assert.deepEqual([readPid(file), names()], [OTHER, ['app.pid']])
  })

  const after: [title: string, change: (file: string) => void][] = [
    ['when the new one has made none', () => {}],
    ['when the new one died and left its own', (file) => fs.writeFileSync(file, `${DEAD}\n`)],
    ['when somebody removed it', (file) => fs.rmSync(`${file}.oldbin`)],
    ['when there is garbage instead', (file) => fs.writeFileSync(file, 'x')],
  ]
  for (const [title, change] of after) {
    it(`comes back ${title}`, (context) => {
      const { file, names } = place(context)
      const pidfile = new Pidfile(file)
      pidfile.retire()
      change(file)
      pidfile.restore()
      assert.deepEqual([readPid(file), names()], [process.pid, ['app.pid']])
      pidfile.retire()
      assert.deepEqual(names(), ['app.pid.oldbin'], 'another upgrade is possible')
    })
  }

  it('does not come back where another master lives', (context) => {
    const { file, names } = place(context)
    const pidfile = new Pidfile(file)
    pidfile.retire()
    fs.writeFileSync(file, `${OTHER}\n`)
    pidfile.restore()
    assert.deepEqual([readPid(file), names()], [OTHER, ['app.pid']])
    pidfile.remove()
    assert.equal(readPid(file), OTHER)
  })

  it('does not come back where it never went', (context) => {
    const { file } = place(context)
    const pidfile = new Pidfile(file)
    fs.rmSync(file)
    pidfile.restore()
    assert.equal(fs.existsSync(file), false)
  })
})

describe('whether a process lives', () => {
  it('is known of this one, of another one and of none', () => {
    assert.deepEqual([process.pid, OTHER, DEAD].map(isAlive), [true, true, false])
  })

  it('is true for one of another user', (context) => {
    context.mock.method(process, 'kill', () => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    })
    assert.equal(isAlive(DEAD), true)
  })
})
