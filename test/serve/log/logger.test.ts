import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Sink } from '../../../src/serve/log/log-file.js'
import { appLine, Logger, type LogStyle } from '../../../src/serve/log/logger.js'

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/

function logger(style: LogStyle) {
  const lines: string[] = []
  const sink: Sink = { write: (text) => void lines.push(String(text)), reopen() {}, close() {} }
  return { lines, log: new Logger(sink, style) }
}

function sayAll(log: Logger): void {
  log.debug('d')
  log.info('i')
  log.warn('w')
  log.error('e')
}

describe('the log level', () => {
  const rows: [level: LogStyle['level'], said: string][] = [
    ['debug', 'diwe'],
    ['info', 'iwe'],
    ['warn', 'we'],
    ['error', 'e'],
    ['silent', ''],
  ]
  for (const [level, said] of rows) {
    it(`${level} lets through ${said === '' ? 'nothing' : [...said].join(', ')}`, () => {
      const { lines, log } = logger({ level, json: true })
      sayAll(log)
      assert.equal(lines.map((line) => JSON.parse(line).msg).join(''), said)
    })
  }

  it('can be changed, and the form with it', () => {
    const { lines, log } = logger({ level: 'silent', json: true })
    sayAll(log)
    log.style = { level: 'error', json: false }
    sayAll(log)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /\[error\]/)
  })
})

describe('a line of the log', () => {
  it('as text has the time, the level, who and what', () => {
    const { lines, log } = logger({ level: 'info', json: false })
    log.warn('so it is', { worker: 1 })
    const [line = ''] = lines
    assert.match(line, new RegExp(`^${TIME.source} \\[warn\\] ipem\\(${process.pid}\\): so it is\\n$`))
  })

  it('as text shifts what goes on in a further line', () => {
    const { lines, log } = logger({ level: 'info', json: false })
    log.info('first\nsecond\nthird')
    assert.ok(lines[0]?.endsWith(': first\n    second\n    third\n'))
  })

  it('as JSON is one line, with its fields', () => {
    const { lines, log } = logger({ level: 'info', json: true })
    log.info('first\nsecond', { worker: 1 })
    const [line = ''] = lines
    assert.equal(line.indexOf('\n'), line.length - 1)
    const { time, ...rest } = JSON.parse(line)
    assert.match(time, TIME)
    assert.deepEqual(rest, { level: 'info', pid: process.pid, worker: 1, msg: 'first\nsecond' })
  })
})

describe('a line of the app, as JSON', () => {
  const facts = { pid: 1, stream: 'stdout' }

  for (const line of ['{"a":1}', '{}', '{"time":"mine","msg":"x"}']) {
    it(`is left as it is where it is an object: ${line}`, () => assert.equal(appLine(line, facts), `${line}\n`))
  }

  for (const line of [
    'text',
    '',
    '{',
    '{a}',
    '[1]',
    '"text"',
    '1',
    'null',
    ' {"a":1}',
    '{"a":1} {"b":2}',
    'tab\t"\u0001',
  ]) {
    it(`is wrapped where it is none: ${JSON.stringify(line)}`, () => {
      const wrapped = appLine(line, facts)
      const { time, ...rest } = JSON.parse(wrapped)
      assert.match(time, TIME)
      assert.deepEqual(rest, { ...facts, msg: line })
      assert.equal(wrapped.indexOf('\n'), wrapped.length - 1)
    })
  }
})
