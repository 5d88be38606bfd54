// `require('ipem')` is the ipem of this process, with the other names on it; types are imported as ever.

import ipem = require('ipem')

import type { Ipem as IpemOf, IpemOptions, Message } from 'ipem'

ipem
  .options({})
  .on('ready', function () {
    console.log('ready', this.pid)
    ipem.on('online', function () {
      console.log('process online', this.from, this.pids)
    })
  })
  .start()
const { createIpem, Ipem, IpemError, MessageType, printTree, ERROR_CODES } = ipem
const same: typeof ipem.default = ipem
const own: IpemOf<{ job: [id: number] }> = createIpem<{ job: [id: number] }>()
declare function takes(message: Message): void
own.on('job', function (id) {
  takes(this)
  id.toFixed()
})
// @ts-expect-error the id is a number
own.broadcast('job', 'x')
// @ts-expect-error no such option
ipem.options({ port: 1 })
const options: IpemOptions = { socket: { port: 0 } }
void [
  same,
  options,
  new IpemError('ERR_IPEM_CLOSED', 'x'),
  MessageType.broadcast,
  printTree(ipem.tree()),
  ERROR_CODES,
  own instanceof Ipem,
]
