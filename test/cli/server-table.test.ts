import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { duration, serverTable } from '../../src/cli/server-table.js'

describe('the table of ipem ps', () => {
  test('has a line for each master and worker, in columns', () => {
    const table = serverTable([
      {
        answers: true,
        pid: 4711,
        state: 'running',
        old: true,
        uptimeS: 93_784,
        addresses: ['127.0.0.1:3000', '/run/shop'],
        app: '/srv/app.js',
        version: '0.1.0',
        generation: 2,
        wantedWorkers: 2,
        workers: [
          { id: 0, osPid: 4712, state: 'ready', generation: 2, uptimeS: 7.9, rssBytes: 64 * 2 ** 20 },
          { id: 1, state: 'booting', generation: 2, uptimeS: 0 },
        ],
      },
      { answers: false, pid: 815, reason: 'Server 815 does not answer after 2 s' },
    ])
    assert.deepEqual(table.split('\n'), [
      'PID   WHAT            STATE         CODE  UPTIME  MEMORY  ADDRESS                    APP',
      '4711  master, 1 of 2  running, old  2     1d 2h           127.0.0.1:3000, /run/shop  /srv/app.js',
      '4712  worker 0        ready         2     7s      64 MiB',
      '      worker 1        booting       2     0s',
      '815   master          no answer                           Server 815 does not answer after 2 s',
    ])
  })

  const rows: [seconds: number, text: string][] = [
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m'],
    [61, '1m 1s'],
    [3600, '1h'],
    [3661, '1h 1m'],
    [86_400, '1d'],
  ]
  for (const [seconds, text] of rows) test(`${seconds} s are ${text}`, () => assert.equal(duration(seconds), text))
})
