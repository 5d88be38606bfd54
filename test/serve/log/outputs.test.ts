import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import { PassThrough } from 'node:stream'
import { describe, it, type TestContext } from 'node:test'
import { Outputs } from '../../../src/serve/log/outputs.js'
import { temporaryFolder } from '../temporary.js'

const NONE = { stdoutPath: undefined, stderrPath: undefined, json: false, daemonize: false }

const read = (file: string) => fs.readFileSync(file, 'utf8')

function outputs(context: TestContext, { one = false, json = false } = {}) {
  const at = temporaryFolder(context)
  const made = new Outputs({ ...NONE, stdoutPath: at('out'), stderrPath: at(one ? 'out' : 'err'), json })
  context.after(() => made.close())
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const tail = made.relay(stdout, stderr, { pid: 7, worker: 0 })
  /** Until what both were given has arrived. */
  const end = async () => {
    const ended = [once(stdout, 'end'), once(stderr, 'end')]
    stdout.end()
    stderr.end()
    await Promise.all(ended)
  }
  return { at, outputs: made, stdout, stderr, tail, end }
}

/** Until it was read: streams pass on in a later turn. */
async function say(stream: PassThrough, text: string): Promise<void> {
  const data = once(stream, 'data')
  stream.write(text)
  await data
}

describe('whether workers write into pipes', () => {
  const rows: [title: string, config: Partial<typeof NONE> & object, piped: boolean][] = [
    ['not where nobody asks for anything', {}, false],
    ['for JSON', { json: true }, true],
    ['for a daemon', { daemonize: true }, true],
  ]
  for (const [title, config, piped] of rows) {
    it(title, () => assert.equal(new Outputs({ ...NONE, ...config }).piped, piped))
  }

  for (const key of ['stdoutPath', 'stderrPath'] as const) {
    it(`for a file: ${key}`, (context) => {
      const at = temporaryFolder(context)
      const made = new Outputs({ ...NONE, [key]: at('log') })
      context.after(() => made.close())
      assert.equal(made.piped, true)
      assert.ok(fs.existsSync(at('log')))
    })
  }
})

describe('what a worker prints', () => {
  it('comes in whole lines into two files', async (context) => {
    const { at, stdout, stderr, end } = outputs(context)
    stdout.write('a')
    stderr.write('x\ny')
    stdout.write('b\nc')
    await end()
    assert.equal(read(at('out')), 'ab\nc\n')
    assert.equal(read(at('err')), 'x\ny\n')
  })

  it('comes into one file in the order in which its lines were whole', async (context) => {
    const { at, stdout, stderr, end } = outputs(context, { one: true })
    await say(stdout, 'a')
    await say(stderr, 'x\n')
    await say(stdout, 'b\n')
    await end()
    assert.equal(read(at('out')), 'x\nab\n')
  })

  it('is not mixed with what another one prints', async (context) => {
    const { at, outputs: made, stdout, end } = outputs(context)
    const other = new PassThrough()
    made.relay(other, null, { pid: 8, worker: 1 })
    await say(stdout, 'one ')
    await say(other, 'other ')
    await say(stdout, 'line\n')
    await say(other, 'line\n')
    await end()
    assert.equal(read(at('out')), 'one line\nother line\n')
  })

  it('loses no line and splits none where the file is moved away', async (context) => {
    const { at, outputs: made, stdout, end } = outputs(context)
    await say(stdout, '1\n2')
    fs.renameSync(at('out'), at('out.1'))
    await say(stdout, '\n3')
    made.reopen()
    await say(stdout, '\n4\n')
    await end()
    assert.equal(read(at('out.1')), '1\n2\n')
    assert.equal(read(at('out')), '3\n4\n')
  })

  it('as JSON says who printed it, and leaves JSON alone', async (context) => {
    const { at, stdout, stderr, end } = outputs(context, { json: true })
    stdout.write('text\n{"mine":1}\n\n')
    stderr.write('no line end')
    await end()
    const lines = read(at('out')).split('\n')
    const { time: _, ...first } = JSON.parse(lines[0] ?? '')
    assert.deepEqual(first, { pid: 7, worker: 0, stream: 'stdout', msg: 'text' })
    assert.equal(lines[1], '{"mine":1}')
    assert.equal(JSON.parse(lines[2] ?? '').msg, '')
    assert.equal(lines.length, 4)
    assert.equal(JSON.parse(read(at('err'))).stream, 'stderr')
  })

  it('survives a character that comes in two parts', async (context) => {
    const { at, stdout, end } = outputs(context, { json: true })
    const [a, b] = [Buffer.from('ü\n').subarray(0, 1), Buffer.from('ü\n').subarray(1)]
    stdout.write(a)
    stdout.write(b)
    await end()
    assert.equal(JSON.parse(read(at('out'))).msg, 'ü')
  })

  it('is remembered in part: the end of what came to standard error', async (context) => {
    const { stderr, stdout, tail, end } = outputs(context)
    assert.equal(tail(), '')
    stdout.write('nothing of this\n')
    stderr.write(`${'x'.repeat(10_000)}\n`)
    stderr.write('Error: why\n')
    await end()
    assert.ok(tail().endsWith('x\nError: why'))
    assert.ok(tail().length <= 4096)
  })

  it('may end with an error of the pipe', async (context) => {
    const { at, stdout, stderr } = outputs(context)
    await say(stdout, 'a\n')
    for (const stream of [stdout, stderr]) {
      const closed = once(stream, 'close')
      stream.destroy(new Error('read ECONNRESET'))
      await closed.catch(() => {})
    }
    assert.equal(read(at('out')), 'a\n')
  })

  it('may come from a worker without pipes', (context) => {
    assert.equal(outputs(context).outputs.relay(null, null, {})(), '')
  })
})

describe('a new configuration', () => {
  it('has what comes from then on in its files, of workers that were there before too', async (context) => {
    const { at, outputs: made, stdout, end } = outputs(context)
    await say(stdout, 'before\n')
    made.configure({ ...NONE, stdoutPath: at('other'), stderrPath: at('err') })
    await say(stdout, 'after\n')
    await end()
    assert.deepEqual([read(at('out')), read(at('other'))], ['before\n', 'after\n'])
  })

  it('that names what cannot be opened changes nothing', (context) => {
    const { at, outputs: made } = outputs(context)
    assert.throws(() => made.configure({ ...NONE, stderrPath: at('') }), { code: 'EISDIR' })
    made.stderr.write('still\n')
    assert.equal(read(at('err')), 'still\n')
  })
})

describe('opening the files anew', () => {
  it('is done for the second one though the first one fails', (context) => {
    const { at, outputs: made } = outputs(context)
    for (const name of ['out', 'err']) fs.renameSync(at(name), at(`${name}.1`))
    fs.mkdirSync(at('out'))
    assert.throws(() => made.reopen(), { code: 'EISDIR' })
    made.stderr.write('b\n')
    assert.deepEqual([read(at('err')), read(at('err.1'))], ['b\n', ''])
  })
})
