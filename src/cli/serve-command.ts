// `ipem serve`: flags to options, and what is printed and answered when it does not work.

import path from 'node:path'
import process from 'node:process'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isSuccessor, type ResolvedOptions, resolveOptions, type ServeOptions, serve } from '../serve/index.js'
import { type Launcher, launch, takeLauncher } from './daemon.js'

interface Flags {
  script?: string
  config?: string
  port?: number
  host?: string
  socket?: string
  workers?: number | 'auto'
  timeout?: number
  pidfile?: string
  stdout?: string
  stderr?: string
  loglevel?: ServeOptions['loglevel']
  json?: boolean
  daemonize?: boolean
  test?: boolean
  control: boolean
}

const EXAMPLES = `
Examples:
  ipem serve app.js -p 3000 -w 4      four processes at http://127.0.0.1:3000
  ipem serve -c ipem.config.js        what the file says
  ipem serve -c ipem.config.js -t     is the file right?
  ipem ps                             which servers run?
  ipem reload, kill -HUP <pid>        new code and configuration, no request lost
  kill -USR2 <pid>                    a new master, on the same sockets
  ipem stop, kill -QUIT <pid>         finish the requests and end

The signals are in docs/signals.md, the keys of the file in docs/serve.md.
`

export function serveCommand(command: Command): Command {
  return command
    .summary('serve an app from many processes')
    .description('Serve an app from many processes: it restarts, reloads and upgrades them without losing a request.')
    .argument('[app]', 'the app: exports run(), a server or a request handler, or listens by itself')
    .argument('[args...]', 'arguments of the app, after --')
    .option('-s, --script <path>', 'the app, as tiamat has it')
    .option('-c, --config <path>', 'the configuration file')
    .option('-p, --port <number>', 'the port to listen at (default: PORT or 1337)', port)
    .option('--host <address>', 'the address to listen at (default: 127.0.0.1, all where PORT says the port)')
    .option('--socket <path>', 'a Unix socket to listen at')
    .option('-w, --workers <number>', 'how many processes, or auto: one for each core (default: auto)', workers)
    .option(
      '--timeout <seconds>',
      'kill a worker that hangs for longer; the time to finish requests (default: 45)',
      seconds,
    )
    .option('--pidfile <path>', 'write the pid of the master there')
    .option('--stdout <path>', 'append what the workers print to this file')
    .option('--stderr <path>', 'append errors and the log to this file')
    .addOption(
      new Option('--loglevel <level>', 'how much to log').choices(['debug', 'info', 'warn', 'error', 'silent']),
    )
    .option('--json', 'log JSON lines')
    .option('-d, --daemonize', 'go into the background once the workers serve')
    .option('--no-control', 'take no orders from ipem ps, reload, scale and stop')
    .option('-t, --test', 'only look whether the configuration is right')
    .addHelpText('after', EXAMPLES)
    .action((app: string | undefined, args: string[], flags: Flags) => run(optionsOf(app, args, flags), flags))
}

function optionsOf(app: string | undefined, args: readonly string[], flags: Flags): ServeOptions {
  const file = app ?? flags.script
  const given: Record<string, unknown> = {
    config: flags.config,
    // The app of a command line is where the command is given, whatever directory the workers have.
    workerApp: file === undefined ? undefined : path.resolve(file),
    args: args.length > 0 ? args : undefined,
    listenPort: flags.port,
    listenAddr: flags.host,
    listenSock: flags.socket === undefined ? undefined : path.resolve(flags.socket),
    workers: flags.workers,
    timeout: flags.timeout,
    pidfile: absolute(flags.pidfile),
    stdoutPath: absolute(flags.stdout),
    stderrPath: absolute(flags.stderr),
    loglevel: flags.loglevel,
    json: flags.json,
    daemonize: flags.daemonize,
    control: flags.control ? undefined : false,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

async function run(options: ServeOptions, flags: Flags): Promise<void> {
  const launcher = takeLauncher()
  try {
    const config = await resolveOptions(options)
    if (flags.test) {
      console.log('The configuration is valid.')
    } else if (config.daemonize && launcher === null && !isSuccessor()) await launch(config)
    else await serveHere(options, config, launcher)
  } catch (error) {
    explain(error, flags.json === true)
    launcher?.report(error)
    process.exit(1)
  }
}

async function serveHere(options: ServeOptions, config: ResolvedOptions, launcher: Launcher | null): Promise<void> {
  const serving = serve(options)
  // A daemon must not keep the directory it was started in from being removed.
  if (config.daemonize) process.chdir(config.workingDirectory)
  const server = await serving
  launcher?.report(null)
  await server.closed
  // Whatever a configuration has left open in this process.
  process.exit()
}

function explain(error: unknown, json: boolean): void {
  const { message, code, problems } = error as { message: string; code?: string; problems?: readonly string[] }
  if (json) console.error(JSON.stringify({ level: 'error', code, msg: message, ...(problems && { problems }) }))
  // What is wrong with the program itself wants its stack.
  else console.error(code?.startsWith('ERR_IPEM') ? `ipem serve: ${message}` : error)
}

function absolute(file: string | undefined): string | undefined {
  return file === undefined ? undefined : path.resolve(file)
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65535) throw new InvalidArgumentError('Expected a port, 0–65535.')
  return value
}

function workers(text: string): number | 'auto' {
  if (text === 'auto') return text
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1, or auto.')
  return Number(text)
}

function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('Expected a number of seconds.')
  return value
}
