import assert from 'node:assert/strict'
import fs from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { Descriptor, LogFile } from '../../../src/serve/log/log-file.js'
import { temporaryFolder } from '../temporary.js'

const read = (file: string) => fs.readFileSync(file, 'utf8')
const modeOf = (file: string) => fs.statSync(file).mode & 0o777

function logFile(context: TestContext) {
  const at = temporaryFolder(context)
  const log = new LogFile(at('log'))
  context.after(() => log.close())
  return { at, log }
}

/** With a mask that takes something away, whatever the one of this shell is. */
function withUmask<T>(mask: number, run: () => T): T {
  const before = process.umask(mask)
  try {
    return run()
  } finally {
    process.umask(before)
  }
}

describe('a log file', () => {
  it('is appended to, text and bytes', (context) => {
    const at = temporaryFolder(context)
    fs.writeFileSync(at('log'), 'before\n')
    const log = new LogFile(at('log'))
    log.write('ä\n')
    log.write(Buffer.from('b\n'))
    log.close()
    assert.equal(read(at('log')), 'before\nä\nb\n')
  })

  it('cannot be made where there is no folder', (context) => {
    const at = temporaryFolder(context)
    assert.throws(() => new LogFile(at('none/log')), { code: 'ENOENT' })
  })

  it('loses no line when it is moved away and opened anew', (context) => {
    const { at, log } = logFile(context)
    log.write('1\n')
    fs.renameSync(at('log'), at('log.1'))
    log.write('2\n')
    log.reopen()
    log.write('3\n')
    assert.equal(read(at('log.1')), '1\n2\n')
    assert.equal(read(at('log')), '3\n')
  })

  it('goes on in a file that somebody else has made in its place', (context) => {
    const { at, log } = logFile(context)
    fs.renameSync(at('log'), at('log.1'))
    fs.writeFileSync(at('log'), 'new\n')
    log.reopen()
    log.write('1\n')
    assert.deepEqual([read(at('log')), read(at('log.1'))], ['new\n1\n', ''])
  })

  it('is made anew where it was removed', (context) => {
    const { at, log } = logFile(context)
    fs.rmSync(at('log'))
    log.reopen()
    log.write('1\n')
    assert.equal(read(at('log')), '1\n')
  })

  it('is not opened anew while it is the same file', (context) => {
    const { log } = logFile(context)
    const open = context.mock.method(fs, 'openSync')
    log.reopen()
    assert.equal(open.mock.callCount(), 0)
    log.write('still open\n')
  })

  it('closes the file it no longer writes to', (context) => {
    const { at, log } = logFile(context)
    const close = context.mock.method(fs, 'closeSync')
    fs.renameSync(at('log'), at('log.1'))
    log.reopen()
    assert.equal(close.mock.callCount(), 1)
  })

  for (const mode of [0o600, 0o640, 0o660, 0o666]) {
    it(`has the mode ${mode.toString(8)} again, whatever the umask`, (context) => {
      const { at, log } = logFile(context)
      fs.chmodSync(at('log'), mode)
      fs.renameSync(at('log'), at('log.1'))
      withUmask(0o022, () => log.reopen())
      assert.equal(modeOf(at('log')).toString(8), mode.toString(8))
    })
  }

  it('goes on with what it had where it cannot be opened anew', (context) => {
    const { at, log } = logFile(context)
    fs.renameSync(at('log'), at('log.1'))
    fs.mkdirSync(at('log'))
    assert.throws(() => log.reopen(), { code: 'EISDIR' })
    log.write('1\n')
    assert.equal(read(at('log.1')), '1\n')
  })

  it('goes on after what the system wrote only in part', (context) => {
    const { at, log } = logFile(context)
    const { writeSync } = fs
    const few = (fd: number, buffer: Buffer) => writeSync(fd, buffer.subarray(0, 3))
    context.mock.method(fs, 'writeSync', few as unknown as typeof fs.writeSync)
    log.write('a long line\n')
    assert.equal(read(at('log')), 'a long line\n')
  })

  it('waits for a pipe that is full, and gives up on a disk that is', (context) => {
    const { at, log } = logFile(context)
    const { writeSync } = fs
    const errors = ['EAGAIN', 'EAGAIN', null, 'ENOSPC']
    const failing = (fd: number, buffer: Buffer) => {
      const code = errors.shift()
      if (code) throw Object.assign(new Error(code), { code })
      return writeSync(fd, buffer)
    }
    context.mock.method(fs, 'writeSync', failing as unknown as typeof fs.writeSync)
    log.write('1\n')
    log.write('2\n')
    assert.equal(read(at('log')), '1\n')
    assert.deepEqual(errors, [])
  })
})

describe('a descriptor that was given', () => {
  it('is written to, and neither opened anew nor closed', (context) => {
    const write = context.mock.method(fs, 'writeSync', ((_fd: number, bytes: Buffer) => bytes.length) as never)
    const close = context.mock.method(fs, 'closeSync', () => {})
    const sink = new Descriptor(2)
    sink.reopen()
    sink.write('a\n')
    sink.close()
    const calls = write.mock.calls.map(({ arguments: [fd, bytes] }) => [fd as unknown, String(bytes)])
    close.mock.restore()
    write.mock.restore()
    assert.deepEqual(calls, [[2, 'a\n']])
    assert.equal(close.mock.callCount(), 0)
  })
})
