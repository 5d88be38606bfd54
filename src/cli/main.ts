#!/usr/bin/env node
// The command `ipem`. Each subcommand has a file of its own; here is only which there are, and how they end.

import path from 'node:path'
import process from 'node:process'
import { Command, CommanderError } from 'commander'
import { controlCommands } from './control-commands.js'
import { version } from './package-version.js'
import { serveCommand } from './serve-command.js'

/** `tiamat` is another name for `ipem serve`. */
const asTiamat = path.basename(process.argv[1] ?? '').startsWith('tiamat')

const program = new Command(asTiamat ? 'tiamat' : 'ipem').description(
  'One event bus for every process of a Node application',
)

if (asTiamat) serveCommand(program)
else for (const command of [serveCommand(new Command('serve')), ...controlCommands()]) program.addCommand(command)

for (const command of [program, ...program.commands]) {
  command
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showSuggestionAfterError()
    .exitOverride()
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode
}
