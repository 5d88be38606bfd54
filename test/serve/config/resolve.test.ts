import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configError, factsOf } from '../../../src/serve/config/resolve.js'
import { CWD, problemsOf, resolve, resolveBare } from './resolving.js'

const placesOf = (given: Parameters<typeof resolve>[0]) =>
  resolve(given).plain.places.map((place) => (place.kind === 'tcp' ? `${place.host ?? '*'}:${place.port}` : place.path))

describe('where a configuration comes from', () => {
  it('a flag wins over the file, the file over the environment', () => {
    const env = { WEB_CONCURRENCY: '5', PORT: '5000' }
    const workers = (given: Parameters<typeof resolve>[0]) => resolve(given).plain.workers
    assert.equal(workers({ env }), 5)
    assert.equal(workers({ env, file: { workers: 6 } }), 6)
    assert.equal(workers({ env, file: { workers: 6 }, flags: { workers: 7 } }), 7)
    assert.deepEqual(placesOf({ env, flags: { listenPort: 7000, listenAddr: '::1' } }), ['::1:7000'])
  })

  it('a flag wins over the same key of the file in another spelling', () => {
    assert.equal(resolve({ file: { boot_timeout: 1 }, flags: { bootTimeout: 2 } }).plain.bootTimeout, 2)
  })

  it('a flag that is undefined is not given', () => {
    assert.equal(resolve({ file: { timeout: 1 }, flags: { timeout: undefined } }).plain.timeout, 1)
  })

  it('without a file there are the flags alone', () => {
    assert.equal(resolveBare({ flags: { workerApp: '/app.js' } }).plain.workerApp, '/app.js')
  })

  it('paths are relative to the working directory, and that one to where it was started', () => {
    const file = { working_directory: 'www', pidfile: 'a.pid', stdout_path: '/var/out', listen_sock: 'a.sock' }
    const { plain } = resolve({ file })
    assert.equal(plain.workingDirectory, `${CWD}/www`)
    assert.equal(plain.workerApp, `${CWD}/www/app.js`)
    assert.equal(plain.pidfile, `${CWD}/www/a.pid`)
    assert.equal(plain.stdoutPath, '/var/out')
    assert.deepEqual(placesOf({ file }), [`${CWD}/www/a.sock`])
  })
})

describe('where is served', () => {
  const rows: [title: string, given: Parameters<typeof resolve>[0], places: string[], isGiven: boolean][] = [
    ['nobody has said: the default, which an app may overrule', {}, ['127.0.0.1:1337'], false],
    ['a port alone is on this machine only', { file: { listen_port: 80 } }, ['127.0.0.1:80'], true],
    ['an address alone has the default port', { file: { listen_addr: '10.0.0.1' } }, ['10.0.0.1:1337'], true],
    ['a Unix socket is instead of a port', { file: { listen_sock: '/x' } }, ['/x'], true],
    ['a Unix socket is beside a port', { file: { listen_sock: '/x', listen_port: 1 } }, ['127.0.0.1:1', '/x'], true],
    [
      'an address is for listeners without one',
      { file: { listen_addr: '::', listeners: [1, 'a:2'] } },
      [':::1', 'a:2'],
      true,
    ],
    [
      'listeners come last',
      { file: { listeners: [2], listen_sock: '/x', listen_port: 1 } },
      ['127.0.0.1:1', '/x', '127.0.0.1:2'],
      true,
    ],
    ['no listeners are nothing said', { file: { listeners: [] } }, ['127.0.0.1:1337'], false],
    ['PORT is on all addresses', { env: { PORT: '3000' } }, ['*:3000'], true],
    ['PORT with blanks around it is a port', { env: { PORT: ' 3000\n' } }, ['*:3000'], true],
    ['PORT with an address is there', { env: { PORT: '3000' }, file: { listen_addr: '::1' } }, ['::1:3000'], true],
    ['an empty PORT is none', { env: { PORT: '' } }, ['127.0.0.1:1337'], false],
    [
      'a port of the file is on this machine only, whatever PORT is',
      { env: { PORT: '3000' }, file: { listen_port: 80 } },
      ['127.0.0.1:80'],
      true,
    ],
    [
      'a port of a flag is on this machine only, whatever PORT is',
      { env: { PORT: '3000' }, flags: { listenPort: 80 } },
      ['127.0.0.1:80'],
      true,
    ],
  ]
  for (const [title, given, places, isGiven] of rows) {
    it(title, () => {
      assert.deepEqual(placesOf(given), places)
      assert.equal(resolve(given).plain.placesGiven, isGiven)
    })
  }
})

describe('variables of the environment', () => {
  for (const PORT of ['x', '-1', '65536', '1.5', 'tcp://10.0.0.1:80']) {
    it(`PORT=${PORT} is an error that names the variable`, () => {
      assert.deepEqual(problemsOf({ env: { PORT } }), [
        `Expected the variable PORT to be a port, an integer 0–65535, got "${PORT}"`,
      ])
    })
  }

  it('PORT=0 is any port that is free', () => assert.deepEqual(placesOf({ env: { PORT: '0' } }), ['*:0']))

  it('WEB_CONCURRENCY is how many workers there are, or auto', () => {
    assert.equal(resolve({ env: { WEB_CONCURRENCY: '1024' } }).plain.workers, 1024)
    assert.equal(resolve({ env: { WEB_CONCURRENCY: 'auto' } }).plain.workers, resolve({}).plain.workers)
  })

  for (const WEB_CONCURRENCY of ['0', '1025', 'many']) {
    it(`WEB_CONCURRENCY=${WEB_CONCURRENCY} is an error that names the variable`, () => {
      assert.match(problemsOf({ env: { WEB_CONCURRENCY } }).join('\n'), /^Expected the variable WEB_CONCURRENCY .+$/)
    })
  }
})

const SOCK = "Expected `listen_sock` to be a path or an object { path, mode?, backlog? }, got `{ path: '/x', port: 1 }`"

describe('what is wrong', () => {
  const rows: [given: Parameters<typeof resolve>[0], problems: string[]][] = [
    [{ file: { listen_port: 1, listenPort: 2 } }, ['`listenPort` is given twice, as `listen_port` too']],
    [{ file: { listen_prot: 1 } }, ['Unknown option `listen_prot`, did you mean `listen_port`?']],
    [{ file: { listenProt: 1 } }, ['Unknown option `listenProt`, did you mean `listenPort`?']],
    [{ file: { Workers: 1 } }, ['Unknown option `Workers`, did you mean `workers`?']],
    [{ file: { frobnicate: 1 } }, ['Unknown option `frobnicate`']],
    [{ file: JSON.parse('{ "__proto__": { "workers": 1 } }') }, ['Unknown option `__proto__`']],
    [{ file: { constructor: 1 } }, ['Unknown option `constructor`']],
    [{ file: { node_args: ['-v', 1] } }, ['Expected `node_args[1]` to be a string, got `1`']],
    [{ file: { boot_timeout: -1 } }, ['Expected `boot_timeout` to be a number of seconds 0.1–86400, got `-1`']],
    [{ file: { listen_sock: { path: '/x', port: 1 } } }, [SOCK]],
    [{ file: { listeners: ['x'] } }, ['Expected `listeners` to have ports, "host:port" and paths, got `x`']],
    [{ file: 'x', flags: { workerApp: 'a' } }, ['Expected the configuration to be an object, got x']],
    [{ file: [], flags: { workerApp: 'a' } }, ['Expected the configuration to be an object, got an array']],
  ]
  for (const [given, problems] of rows) {
    it(problems[0] ?? '', () => {
      const found = problemsOf(given)
      assert.deepEqual(found.map(canonical), problems.map(canonical))
    })
  }

  it('is that there is no app', () => {
    const problems = ['Expected `worker_app` to be the path of the app, got nothing']
    assert.deepEqual(problemsOf({}, resolveBare), problems)
  })

  it('is reported all at once, of the flags and the environment too', () => {
    const found = problemsOf({
      file: { workers: 0, tiemout: 1, json: 1, args: [1, 2] },
      flags: { timeout: -1 },
      env: { PORT: 'x' },
    })
    const named = found.map((text) => /`(\w+)|(PORT)/.exec(text)?.slice(1).join(''))
    assert.deepEqual(named.sort(), ['PORT', 'args', 'json', 'tiemout', 'timeout', 'workers'])
  })

  it('says in which file', () => {
    const cause = new Error('x')
    const error = configError(['one', 'two'], '/etc/serve.json', cause)
    assert.equal(error.message, '/etc/serve.json: one\ntwo')
    assert.deepEqual([error.problems, error.path, error.cause], [['one', 'two'], '/etc/serve.json', cause])
    assert.throws(() => resolve({ file: { workers: 0 }, configPath: '/c.json' }), { path: '/c.json' })
  })
})

describe('hooks', () => {
  const before_fork = () => 1

  it('are kept apart from what can travel as JSON', () => {
    const { plain, hooks } = resolve({ file: { before_fork, app: { a: 1 } } })
    assert.deepEqual(hooks, { beforeFork: before_fork })
    assert.deepEqual(JSON.parse(JSON.stringify(plain)), JSON.parse(JSON.stringify({ ...plain })))
    assert.deepEqual(plain.given, { workerApp: 'app.js', app: { a: 1 } })
  })

  it('of a flag win over those of the file', () => {
    const beforeExec = () => 2
    assert.equal(resolve({ file: { before_exec: before_fork }, flags: { beforeExec } }).hooks.beforeExec, beforeExec)
  })

  it('of the workers have to stand in a file', () => {
    const [problem] = problemsOf({ flags: { afterFork: () => 2 } })
    assert.match(problem ?? '', /`afterFork` runs in the workers, so it has to stand in a file/)
  })
})

describe('what hooks and apps are given', () => {
  const beforeFork = () => 1
  const file = { worker_app: 'a.js', listen_port: 80, stopDelay: 1, app: { a: 1 }, workers: 'auto', beforeFork }
  const facts = factsOf(resolve({ file, configPath: '/etc/serve.js' }))

  it('has each key in both spellings', () => {
    for (const [camel, snake, value] of [
      ['workerApp', 'worker_app', `${CWD}/a.js`],
      ['listenPort', 'listen_port', 80],
      ['listenAddr', 'listen_addr', '127.0.0.1'],
      ['stopDelay', 'stop_delay', 1],
      ['bootTimeout', 'boot_timeout', 60],
      ['configPath', 'config_path', '/etc/serve.js'],
      ['beforeFork', 'before_fork', beforeFork],
    ] as const) {
      assert.deepEqual([facts[camel], facts[snake]], [value, value], camel)
    }
  })

  it('has the number of workers, the own settings of the app, and the defaults', () => {
    assert.deepEqual([facts.workers, facts.app, facts.backlog, facts.timeout], [3, { a: 1 }, 511, 45])
    assert.equal(facts.tcp, 'tcp4')
  })

  it('has no address where only a Unix socket is served', () => {
    const { listenPort, listenAddr, listen_sock } = factsOf(resolve({ file: { listen_sock: '/x' } }))
    assert.deepEqual([listenPort, listenAddr, listen_sock], [undefined, undefined, '/x'])
  })

  it('has nothing that is ours alone, and is frozen', () => {
    for (const key of ['places', 'placesGiven', 'given']) assert.ok(!(key in facts), key)
    assert.ok(Object.isFrozen(facts))
    assert.throws(() => Object.assign(facts, { workers: 1 }), TypeError)
  })
})

/** A suggestion is good in either spelling. */
function canonical(text: string): string {
  return text.replace(/mean `(\w+)`/, (_, key: string) => `mean \`${key.replaceAll('_', '').toLowerCase()}\``)
}
