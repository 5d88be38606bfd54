import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type CookieSources, cookiePath, loadCookie } from '../../src/join/cookie.js'

const POSIX = { skip: process.platform === 'win32' ? 'POSIX permissions' : false }
const uid = process.geteuid?.() as number

function withHome(run: (sources: CookieSources, file: string, home: string) => void): void {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ipem-cookie-'))
  try {
    const sources: CookieSources = { env: { HOME: home }, platform: process.platform, uid }
    run(sources, path.join(home, '.local', 'state', 'ipem', 'cookie'), home)
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
}

function put(file: string, text: string, mode = 0o600): void {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text, { mode })
  fs.chmodSync(file, mode)
}

test('a cookie that is given is used as it is and no file is looked at', () => {
  const given = Buffer.from('sixteen or more bytes')
  const nowhere: CookieSources = { env: {}, platform: 'linux', uid }
  assert.equal(loadCookie(given, nowhere), given)
})

test('the file is where the state of a user belongs', () => {
  const at = (env: CookieSources['env'], platform: NodeJS.Platform = 'linux'): string =>
    cookiePath({ env, platform, uid })
  assert.equal(at({ HOME: '/home/a' }), '/home/a/.local/state/ipem/cookie')
  assert.equal(at({ HOME: '/home/a', XDG_STATE_HOME: '/state' }), '/state/ipem/cookie')
  assert.equal(at({ HOME: '/home/a', XDG_STATE_HOME: 'relative' }), '/home/a/.local/state/ipem/cookie')
  assert.equal(at({ HOME: '/home/a', XDG_STATE_HOME: '' }), '/home/a/.local/state/ipem/cookie')
  assert.equal(
    at({ LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }, 'win32'),
    'C:\\Users\\a\\AppData\\Local\\ipem\\cookie',
  )
})

test('without a home the error says what to set', () => {
  for (const env of [{}, { HOME: '' }, { HOME: 'relative' }]) {
    const sources: CookieSources = { env, platform: 'linux', uid }
    assert.throws(() => loadCookie(undefined, sources), {
      code: 'ERR_IPEM_COOKIE',
      message: /XDG_STATE_HOME or HOME.*socket\.cookie/,
    })
  }
  const windows: CookieSources = { env: {}, platform: 'win32', uid: undefined }
  assert.throws(() => loadCookie(undefined, windows), { code: 'ERR_IPEM_COOKIE', message: /LOCALAPPDATA/ })
})

test('the first use makes a file of 32 random bytes in hex that only its owner can read', POSIX, () =>
  withHome((sources, file) => {
    const cookie = loadCookie(undefined, sources)
    assert.match(cookie.toString(), /^[0-9a-f]{64}$/)
    assert.equal(fs.readFileSync(file, 'utf8'), `${cookie}\n`)
    assert.equal(fs.statSync(file).mode & 0o777, 0o600)
    assert.equal(fs.statSync(path.dirname(file)).mode & 0o777, 0o700)
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['cookie'])
    assert.deepEqual(loadCookie(undefined, sources), cookie)
  }),
)

test('a file that a person made is taken, without the line end', POSIX, () =>
  withHome((sources, file) => {
    put(file, '  sixteen letters!\n')
    assert.equal(loadCookie(undefined, sources).toString(), 'sixteen letters!')
  }),
)

const untrusted: [what: string, make: (file: string, home: string) => void, message: RegExp][] = [
  ['that its group can read', (file) => put(file, 'x'.repeat(32), 0o640), /mode 640/],
  ['that everybody can write', (file) => put(file, 'x'.repeat(32), 0o602), /mode 602/],
  ['that is empty', (file) => put(file, ''), /holds 0 bytes/],
  ['that is too short', (file) => put(file, ` ${'x'.repeat(15)}\n`), /holds 15 bytes/],
  ['that is far too long', (file) => put(file, 'x'.repeat(5000)), /longer than/],
  ['that is a folder', (file) => fs.mkdirSync(file, { recursive: true }), /not a regular file/],
  [
    'that is a link to one others can read',
    (file, home) => {
      put(path.join(home, 'real'), 'x'.repeat(32), 0o644)
      put(file, '')
      fs.rmSync(file)
      fs.symlinkSync(path.join(home, 'real'), file)
    },
    /mode 644/,
  ],
  [
    'that is a link to nothing',
    (file, home) => {
      put(file, '')
      fs.rmSync(file)
      fs.symlinkSync(path.join(home, 'nothing'), file)
    },
    /does not exist/,
  ],
]

for (const [what, make, message] of untrusted) {
  test(`a cookie file ${what} is refused and left as it is`, POSIX, () =>
    withHome((sources, file, home) => {
      make(file, home)
      const before = fs.lstatSync(file)
      assert.throws(() => loadCookie(undefined, sources), { code: 'ERR_IPEM_COOKIE', path: file, message })
      assert.deepEqual([fs.lstatSync(file).ino, fs.lstatSync(file).mode], [before.ino, before.mode])
      assert.deepEqual(fs.readdirSync(path.dirname(file)), ['cookie'])
    }),
  )
}

test('a cookie file of another user is refused, also behind a link of ours', POSIX, () =>
  withHome((sources, file) => {
    put(file, 'x'.repeat(32))
    const other = { ...sources, uid: uid + 1 }
    assert.throws(() => loadCookie(undefined, other), { code: 'ERR_IPEM_COOKIE', message: /belongs to user/ })
  }),
)

test('a link of our own to a good file of our own is followed', POSIX, () =>
  withHome((sources, file, home) => {
    put(path.join(home, 'real'), 'x'.repeat(32))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.symlinkSync(path.join(home, 'real'), file)
    assert.equal(loadCookie(undefined, sources).toString(), 'x'.repeat(32))
  }),
)

test('a FIFO in the place of the file does not hold the process up', POSIX, () =>
  withHome((sources, file) => {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    process.getBuiltinModule('node:child_process').execFileSync('mkfifo', ['-m', '600', file])
    assert.throws(() => loadCookie(undefined, sources), { code: 'ERR_IPEM_COOKIE', message: /not a regular file/ })
  }),
)

test('a home that cannot hold the file is an error with its cause that says what to set', POSIX, () =>
  withHome((sources, _, home) => {
    fs.writeFileSync(path.join(home, '.local'), 'a file where a folder should be')
    assert.throws(
      () => loadCookie(undefined, sources),
      (error: Error & { code?: string }) =>
        error.code === 'ERR_IPEM_COOKIE' &&
        /socket\.cookie.*XDG_STATE_HOME.*useSocket/.test(error.message) &&
        (error.cause as NodeJS.ErrnoException).code === 'ENOTDIR',
    )
  }),
)

test('a read-only home is an error', { skip: POSIX.skip || (uid === 0 && 'root may write everywhere') }, () =>
  withHome((sources, _, home) => {
    fs.chmodSync(home, 0o500)
    assert.throws(() => loadCookie(undefined, sources), { code: 'ERR_IPEM_COOKIE', message: /EACCES/ })
    fs.chmodSync(home, 0o700)
  }),
)
