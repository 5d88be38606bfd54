// @ts-check
// Writes docs/signals.md: the tables from src/serve/signal-table.ts, by which the program acts, and the text below. With
// --check it only tells whether the page is what they give.

import fs from 'node:fs'
import path from 'node:path'
import { MASTER_SIGNALS, WORKER_SIGNALS } from '../.build/src/serve/signal-table.js'
import { root } from './run.js'

const PAGE = 'docs/signals.md'

const INTRO = `# Signals

What the processes of [\`ipem serve\`](serve.md) do when they are sent a signal. The tables are made from
\`src/serve/signal-table.ts\`, by which the program itself acts (\`npm run build:signals\`).

Signals go to the *master*, whose pid is in the pidfile. Its *workers* need none: the master sends them away itself. A
signal only puts an order in a queue, and one loop carries orders out in turn. What follows from them, workers that come
and go, is done step by step between the orders: a stop does not wait for a reload to be through. The operating system
merges signals of one kind that come in a burst, so ten TTIN sent at once may be fewer.

From a program the same orders are functions of what \`serve()\` resolves to: [serve.md](serve.md#from-a-program).`

const DIFFERENCES = `## Decided differently, and why

Names and meanings are those of unicorn, which tiamat took over; gunicorn and puma have most of them too. Where these
disagree, or where Node is not Ruby or Python, this was decided:

| what | elsewhere | here | why |
|---|---|---|---|
| TERM | unicorn, tiamat: stops at once. gunicorn, puma: in order | in order | Containers and systemd send TERM to everything they stop. \`signals: 'unicorn'\` has it as unicorn does |
| INT | unicorn, gunicorn: stops at once. puma: in order | in order, the second time at once | Ctrl-C should not break off what is being answered, and whoever is in a hurry presses again. Two within 0.3 s count as one: a terminal and npm send one each |
| QUIT | gunicorn: stops at once | in order, the second time at once | As in unicorn |
| QUIT in tiamat | the master ends at once, and its workers within a second of it | the master waits for its workers, and ends last | Otherwise nothing is graceful about it |
| HUP | tiamat: all workers leave at once. unicorn: likewise | one after the other, and each new one serves before the old one leaves | No moment with fewer workers than wanted |
| HUP, code and configuration | tiamat reads the file from a cache and does not look at \`workers\` | both are read anew, \`workers\` too | A reload that does not reload helps nobody |
| USR1 | unicorn, gunicorn, tiamat: master and workers open their logs; a worker that cannot ends with code 77 | only the master has log files, the workers write through it | One process opens a file, so no line is split or lost and there is no worker to end with 77. A signal to Node processes without a listener would open the inspector |
| TTOU | gunicorn, puma: down to one worker. gunicorn: the oldest leaves | down to none, the highest number leaves | As in unicorn: numbers stay without gaps, and TTIN is the way back |
| WINCH | unicorn: ignored on a terminal. gunicorn: only as a daemon | ignored while stdin, stdout or stderr is a terminal | A terminal sends WINCH when its window changes |
| CHLD | wakes the master, which reaps | nobody listens to it | Node reaps its children itself and says which one it was |
| as PID 1 | gunicorn once took unknown children for workers | unknown children are never counted | Only the processes of the workers are watched. Zombies that others leave to PID 1 are not reaped: start the container with \`--init\` |
| a port that is taken | unicorn tries five times, 0.5 s apart | fails at once | An upgrade needs no second try, since sockets are handed over. Whoever restarts us tries again |
| a pidfile whose pid is another user's | unicorn: stale. gunicorn: running | running | The process is there, and whose it is does not tell what it is |
| the last worker of a new master ends the old one | tiamat, as its \`after_fork\` | not done | Whether an upgrade is good is decided by who asked for it: [examples/serve/upgrade.sh](../examples/serve/upgrade.sh) does it |
| a worker that ends by SIGKILL | | is logged as perhaps out of memory | The kernel sends it when memory runs out, and the process cannot say so any more |
| workers that crash again and again | unicorn: a new one at once, for ever. tiamat: 10 s for who crashes within 5 s | the first one at once, then after 100 ms, doubling up to 30 s; 10 s of health begin anew | One crash costs nothing, and a crash loop costs no core |
| an app that does not start | unicorn: a loop. gunicorn, tiamat: the server ends | at the start the server ends with the app's own error; on a reload those that serve go on | Nobody serves yet, so nothing is lost by saying it |
| hooks that throw | tiamat: logged and ignored | end the start; later they are logged | A start that is half done is worse than none |

## Upgrade

HUP gives the workers new code. The master itself, its Node and its version of ipem change by an upgrade, for which two
masters have the same listening sockets for a while.

1. **USR2 to the master.** It calls \`before_exec\`, renames its pidfile to \`pidfile.oldbin\` and starts the command it was
   started with: the same program, arguments, environment and directory as then, and the directory by the name it had, so
   that a link to the newest release leads to the newest release. The listening sockets go along as descriptors.
2. **The new master** reads the configuration, writes the pidfile and starts its workers. Those of both masters serve:
   each connection goes to one that accepts it.
3. **Commit: QUIT to the old one**, whose pid is in \`pidfile.oldbin\`. Its workers finish their requests and leave, it
   removes \`pidfile.oldbin\` and ends. Files of Unix sockets stay, for they are the new one's now.

To look at the new one alone before: WINCH to the old one (or TTOU until its workers are few). It keeps the sockets and
loses its workers, so that new connections go to the new ones.

**Back-out** instead of 3: HUP to the old one if its workers were sent away, then QUIT to the new one. When that has
ended the old one has its pidfile back, and all is as it was.

**Failed.** A new master that does not start, because of its configuration, the app or anything else, ends by itself. The
old one logs how, takes its pidfile back and has served all the time. Nobody has to do anything.

A second USR2 is refused while both masters are there, whichever gets it. Without a pidfile it works too; then the pid of
the new master is in the log.

If the master is the first process of a container, its end is the end of the container: there use HUP, or a new
container.

## systemd

**Sockets.** A socket that systemd passes (\`LISTEN_FDS\`) is used where a place of the configuration has its address and
port; so say the same in both. Such a socket is neither bound nor removed here.

**Notification.** Where \`NOTIFY_SOCKET\` is set the master tells \`READY=1\` when all workers serve, and \`STOPPING=1\`. Node
has no datagrams over Unix sockets, so \`systemd-notify\` is run for it, a process of its own, to which systemd listens
only with \`NotifyAccess=all\`. READY comes with the pid of the master that sends it: after an upgrade that is the new one.

    # /etc/systemd/system/shop.socket
    [Socket]
    ListenStream=127.0.0.1:3000

    [Install]
    WantedBy=sockets.target

    # /etc/systemd/system/shop.service
    [Service]
    Type=notify
    NotifyAccess=all
    WorkingDirectory=/srv/shop
    ExecStart=/srv/shop/node_modules/.bin/ipem serve app.js --host 127.0.0.1 -p 3000
    ExecReload=/bin/kill -HUP $MAINPID
    KillMode=mixed
    TimeoutStopSec=60

The command is the file in \`.bin\` and not \`npx\`, because the sockets are meant for the process that systemd starts.
\`KillMode=mixed\` sends TERM to the master alone; the usual mode sends it to the workers too, and some may be replaced in
vain. \`TimeoutStopSec\` should be longer than \`timeout\` and \`stop_delay\` together.
`

const page = `${[INTRO, tableOf('The master', MASTER_SIGNALS), tableOf('A worker', WORKER_SIGNALS)].join('\n\n')}

A worker that is sent a signal by somebody else than its master is replaced, except after WINCH and while the server
stops.

${DIFFERENCES}`

const file = path.join(root, PAGE)
if (!process.argv.includes('--check')) fs.writeFileSync(file, page)
else if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== page) {
  console.error(`${PAGE} is stale, run \`npm run build:signals\` and commit`)
  process.exitCode = 1
}

/**
 * @param {string} title
 * @param {Readonly<Record<string, { readonly does: string }>>} signals
 */
function tableOf(title, signals) {
  const rows = Object.entries(signals).map(([name, { does }]) => `| ${name.replace('SIG', '')} | ${does} |`)
  return [`## ${title}`, '', '| signal | what it does |', '|---|---|', ...rows].join('\n')
}
