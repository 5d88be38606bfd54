import ipem = require('ipem')

const { createIpem, Ipem, IpemError, MessageType } = ipem

ipem.options({ socket: { port: 0 } }).on('job', function () {
  const from: string = this.from
  void [from, this.type === MessageType.broadcast]
})
const own = createIpem<{ job: [id: number] }>()
own.on('job', (id) => id.toFixed())
// @ts-expect-error the event takes a number
own.broadcast('job', 'x')
void [own instanceof Ipem, new IpemError('ERR_IPEM_CLOSED', 'x')]
