import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { type AppNameSources, appName, ownAppName } from '../../src/join/app-name.js'

interface Machine {
  readonly main?: string
  readonly cwd?: string
  readonly links?: Readonly<Record<string, string>>
  /** Paths that exist besides the package files. */
  readonly paths?: readonly string[]
  readonly packages: Readonly<Record<string, string>>
}

function sources({ main, cwd = '/elsewhere', links = {}, paths = [], packages }: Machine): AppNameSources {
  return {
    mainScript: main,
    cwd,
    realpath: (file) => links[file] ?? (paths.includes(file) ? file : null),
    read: (file) => packages[file] ?? null,
  }
}

const named = (name: unknown): string => JSON.stringify({ name })

const table: [what: string, machine: Machine, name: string][] = [
  [
    'the package.json beside the main script',
    { main: '/app/a.js', paths: ['/app/a.js'], packages: { '/app/package.json': named('app') } },
    'app',
  ],
  [
    'the nearest one above it',
    {
      main: '/app/src/bin/a.js',
      paths: ['/app/src/bin/a.js'],
      packages: { '/app/package.json': named('app'), '/package.json': named('root') },
    },
    'app',
  ],
  [
    'one with a name, where a nearer one has none',
    {
      main: '/app/dist/a.js',
      paths: ['/app/dist/a.js'],
      packages: { '/app/dist/package.json': '{"type":"module"}', '/app/package.json': named('app') },
    },
    'app',
  ],
  [
    'one that can be read, where a nearer one is broken',
    {
      main: '/app/dist/a.js',
      paths: ['/app/dist/a.js'],
      packages: { '/app/dist/package.json': '{', '/app/package.json': named('app') },
    },
    'app',
  ],
  [
    'the application, not the tool of it that runs',
    {
      main: '/app/node_modules/.bin/tool',
      links: { '/app/node_modules/.bin/tool': '/app/node_modules/tool/cli.js' },
      packages: { '/app/node_modules/tool/package.json': named('tool'), '/app/package.json': named('app') },
    },
    'app',
  ],
  [
    'the working directory of a tool that is installed globally',
    {
      main: '/usr/bin/tool',
      cwd: '/app/sub',
      links: { '/usr/bin/tool': '/usr/lib/node_modules/tool/cli.js' },
      packages: { '/usr/lib/node_modules/tool/package.json': named('tool'), '/app/package.json': named('app') },
    },
    'app',
  ],
  [
    'where a link leads, not where it is',
    {
      main: '/bin/a',
      links: { '/bin/a': '/app/a.js' },
      packages: { '/app/package.json': named('app'), '/bin/package.json': named('bin') },
    },
    'app',
  ],
  [
    'the folder of a script that was given without its extension',
    { main: '/app/a', paths: ['/app'], packages: { '/app/package.json': named('app') } },
    'app',
  ],
  ['the working directory without a script', { cwd: '/app', packages: { '/app/package.json': named('app') } }, 'app'],
  [
    'the working directory where the argument is no script',
    { main: 'words', cwd: '/app', packages: { '/app/package.json': named('app') } },
    'app',
  ],
  ['the fallback without any', { main: '/app/a.js', paths: ['/app/a.js'], packages: {} }, 'ipem'],
  [
    'the fallback where names are none',
    { main: '/a.js', paths: ['/a.js'], packages: { '/package.json': named(7), '/elsewhere/package.json': named('') } },
    'ipem',
  ],
  [
    'the fallback where the name is longer than any package has',
    { packages: { '/elsewhere/package.json': named('n'.repeat(215)) } },
    'ipem',
  ],
  [
    'a folder whose name only contains node_modules',
    {
      main: '/my_node_modules_x/a.js',
      paths: ['/my_node_modules_x/a.js'],
      packages: { '/my_node_modules_x/package.json': named('app') },
    },
    'app',
  ],
  [
    'a package.json that is null',
    { packages: { '/elsewhere/package.json': 'null', '/package.json': named('root') } },
    'root',
  ],
]

for (const [what, machine, name] of table) {
  test(`the application is named after ${what}`, { skip: path.sep !== '/' }, () => {
    assert.equal(appName(sources(machine)), name)
  })
}

test('this process has the name of its own package', () => {
  assert.equal(ownAppName(), 'ipem')
})
