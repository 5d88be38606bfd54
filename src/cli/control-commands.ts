// `ipem ps`, `reload`, `scale` and `stop`: flags to calls of a running server, and what is printed and answered.

import process from 'node:process'
import { Command, InvalidArgumentError } from 'commander'
import { connectServer, type ListedServer, listServers, type ServerControl } from '../serve/index.js'
import { serverTable } from './server-table.js'

interface Flags {
  pid?: number
  pidfile?: string
  json?: boolean
  /** Seconds. */
  timeout?: number
}

interface StopFlags extends Flags {
  quick?: boolean
}

/** No server, or it is not clear which. */
const EXIT_NO_SERVER = 2

export function controlCommands(): Command[] {
  return [
    command('ps', 'list the servers of this user').action((flags: Flags) => run('ps', flags, () => ps(flags))),
    command('reload', 'new code and configuration, no request lost').action((flags: Flags) =>
      order('reload', flags, async (server) => {
        await server.reload()
        return { text: `Server ${server.pid} has the new code.`, facts: {} }
      }),
    ),
    command('scale', 'so many workers from now on')
      .argument('<workers>', 'how many, 0–1024', workers)
      .action((count: number, flags: Flags) =>
        order('scale', flags, async (server) => {
          await server.scale(count)
          return {
            text: `Server ${server.pid} has ${count} worker${count === 1 ? '' : 's'}.`,
            facts: { workers: count },
          }
        }),
      ),
    command('stop', 'finish the requests and end')
      .option('--quick', 'at once')
      .action((flags: StopFlags) =>
        order('stop', flags, async (server) => {
          await server.stop({ quick: flags.quick === true })
          return { text: `Server ${server.pid} has ended.`, facts: {} }
        }),
      ),
  ]
}

function command(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .option('--pid <number>', 'of the master of the server that is meant', pid)
    .option('--pidfile <path>', 'the pidfile of the server that is meant')
    .option('--json', 'print JSON')
    .option('--timeout <seconds>', 'give up waiting', seconds)
}

async function ps({ pid, pidfile, json, timeout }: Flags): Promise<void> {
  const timeoutMs = inMs(timeout)
  const servers: ListedServer[] = []
  if (pid === undefined && pidfile === undefined) servers.push(...(await listServers({ timeoutMs })))
  else {
    await using server = await connectServer({ pid, pidfile, timeoutMs })
    servers.push({ answers: true, ...(await server.status()) })
  }
  if (json) console.log(JSON.stringify(servers, null, 2))
  else console.log(servers.length === 0 ? 'No server runs.' : serverTable(servers))
}

type Done = { readonly text: string; readonly facts: object }

function order(name: string, flags: Flags, give: (server: ServerControl) => Promise<Done>): Promise<void> {
  const { pid, pidfile, json, timeout } = flags
  return run(name, flags, async () => {
    await using server = await connectServer({ pid, pidfile, timeoutMs: inMs(timeout) })
    const { text, facts } = await give(server)
    console.log(json ? JSON.stringify({ pid: server.pid, done: name, ...facts }) : text)
  })
}

async function run(name: string, { json }: Flags, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    // What is wrong with the program itself wants its stack.
    const text = code === undefined ? error : `ipem ${name}: ${message}`
    console.error(json ? JSON.stringify({ level: 'error', code, msg: message }) : text)
    process.exitCode = code === 'ERR_IPEM_NO_SERVER' ? EXIT_NO_SERVER : 1
  }
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

function pid(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected the pid of a master.')
  return Number(text)
}

function workers(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 1024) throw new InvalidArgumentError('Expected a number, 0–1024.')
  return value
}

function seconds(text: string): number {
  const value = Number(text)
  // Longer than a timer of Node can be is for ever.
  if (text.trim() === '' || !(value > 0 && value <= 2_147_483)) {
    throw new InvalidArgumentError('Expected a number of seconds.')
  }
  return value
}
