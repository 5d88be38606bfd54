import ipem, { createIpem, IpemError, type IpemOptions, type Message, MessageType } from 'ipem'

const options: IpemOptions = { socket: { port: 0 } }
const started: typeof ipem = ipem.options(options)
const wayOf = (message: Message): readonly string[] => message.pids
started.on('job', function (job) {
  const from: string = this.from
  void [from, wayOf(this), job, this.type === MessageType.broadcast]
})
const own = createIpem<{ job: [id: number] }>()
own.on('job', (id) => id.toFixed())
// @ts-expect-error the event takes a number
own.broadcast('job', 'x')
// @ts-expect-error there is no such option
ipem.options({ port: 1 })
const error: Error = new IpemError('ERR_IPEM_CLOSED', 'x')
void error

import { type ServeOptions, type ServeServer, serve } from 'ipem/serve'

const serving: ServeOptions = {
  workerApp: 'app.js',
  listenPort: 3000,
  beforeFork: (config, id) => [config.workers, id],
}
const server: Promise<ServeServer> = serve(serving)
// @ts-expect-error there is no such key
void serve({ wrokers: 1 })
void server.then(({ workers, reload }) => [workers[0]?.state === 'ready', reload])
