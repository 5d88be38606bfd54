// Every key a configuration may have: its JSON schema, its default and the words an error uses for it. Keys are spelt as
// in the options of JavaScript; the spelling of the seed, listen_port for listenPort, is turned into it before.

import type { OptionSchema } from '../../options-schema.js'

/** Seconds of a day: more is a mistake, of milliseconds most likely. */
const MAX_SECONDS = 86_400

/** The longest path of a Unix socket that all our systems take. */
export const MAX_SOCKET_PATH = 103

const port: OptionSchema = { type: 'integer', minimum: 0, maximum: 65535, expected: 'a port, an integer 0–65535' }

const backlog: OptionSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 65535,
  expected: 'an integer 1–65535',
}

const text: OptionSchema = { type: 'string', minLength: 1, expected: 'a string that is not empty' }

const socketPath: OptionSchema = {
  type: 'string',
  minLength: 1,
  maxUtf8Bytes: MAX_SOCKET_PATH,
  pattern: '^[^\\u0000]*$',
  expected: `a path of 1–${MAX_SOCKET_PATH} bytes`,
}

const mode: OptionSchema = {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 0o777 },
    { type: 'string', pattern: '^0?[0-7]{3}$' },
  ],
  expected: 'a mode such as 0o660 or "660"',
}

const tcp = { enum: ['tcp', 'tcp4', 'tcp6'], expected: 'one of "tcp", "tcp4", "tcp6"' }

const unixListener: OptionSchema = {
  type: 'object',
  properties: { path: socketPath, mode, backlog },
  additionalProperties: false,
  required: ['path'],
}

const tcpListener: OptionSchema = {
  type: 'object',
  properties: { port, host: text, backlog, tcp },
  additionalProperties: false,
  required: ['port'],
}

const LISTENER =
  'a port, "host:port", a path, or an object { port, host?, tcp?, backlog? } or { path, mode?, backlog? }'

const seconds = (value: number, minimum = 0): OptionSchema => ({
  type: 'number',
  minimum,
  maximum: MAX_SECONDS,
  default: value,
  expected: `a number of seconds ${minimum}–${MAX_SECONDS}`,
})

const named = (kind: 'header' | 'cookie'): OptionSchema => ({
  type: 'object',
  properties: { [kind]: { type: 'string', minLength: 1, pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" } },
  additionalProperties: false,
  required: [kind],
})

const hook: OptionSchema = { callable: true, expected: 'a function' }

/** What `serve()` takes and a configuration file exports. */
export const SERVE_SCHEMA: OptionSchema = {
  type: 'object',
  properties: {
    workerApp: { ...text, expected: 'the path of the app' },
    args: { type: 'array', items: { type: 'string', expected: 'a string' }, expected: 'an array' },
    nodeArgs: { type: 'array', items: { type: 'string', expected: 'a string' }, expected: 'an array' },
    workers: {
      anyOf: [{ type: 'integer', minimum: 1, maximum: 1024 }, { const: 'auto' }],
      default: 'auto',
      expected: 'an integer 1–1024 or "auto"',
    },
    tcp: { ...tcp, default: 'tcp4' },
    listenAddr: text,
    listenPort: port,
    listenSock: { anyOf: [socketPath, unixListener], expected: 'a path or an object { path, mode?, backlog? }' },
    listeners: {
      type: 'array',
      items: { anyOf: [port, text, unixListener, tcpListener], expected: LISTENER },
      expected: 'an array of listeners',
    },
    backlog: { ...backlog, default: 511 },
    accept: {
      enum: ['auto', 'shared', 'round-robin', 'reuseport'],
      default: 'auto',
      expected: 'one of "auto", "shared", "round-robin", "reuseport"',
    },
    sticky: {
      anyOf: [{ const: 'ip' }, named('header'), named('cookie')],
      expected: '"ip", { header: name } or { cookie: name }',
    },
    maxRequests: { type: 'integer', minimum: 0, maximum: 1e9, default: 0, expected: 'a number of requests, 0 for any' },
    maxMemory: { type: 'integer', minimum: 0, maximum: 1e6, default: 0, expected: 'a number of MiB, 0 for any' },
    timeout: seconds(45),
    bootTimeout: seconds(60, 0.1),
    stopDelay: seconds(0),
    signals: { enum: ['graceful', 'unicorn'], default: 'graceful', expected: 'one of "graceful", "unicorn"' },
    daemonize: { type: 'boolean', default: false, expected: 'true or false' },
    workingDirectory: { ...text, expected: 'the path of a directory' },
    stdoutPath: { ...text, expected: 'the path of a file' },
    stderrPath: { ...text, expected: 'the path of a file' },
    pidfile: { ...text, expected: 'the path of a file' },
    loglevel: {
      enum: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
      expected: 'one of "debug", "info", "warn", "error", "silent"',
    },
    json: { type: 'boolean', default: false, expected: 'true or false' },
    app: { type: 'object', expected: 'an object' },
    beforeExec: hook,
    beforeFork: hook,
    afterFork: hook,
    afterWorkerReady: hook,
    afterWorkerExit: hook,
  },
  additionalProperties: false,
}

/** `listen_port` and `listenPort` are the same key. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** How the seed spells it. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
