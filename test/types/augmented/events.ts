// The default instance once IpemEvents is augmented: its events only. Other instances keep their own.

import ipem, { createIpem, type DefaultEvents, type Ipem, type IpemEvents, type Message } from 'ipem'

declare module 'ipem' {
  interface IpemEvents {
    job: [id: number, text: string]
    tick: []
  }
}

declare function takes(message: Message): void

ipem
  .on('job', function (id, text) {
    takes(this)
    void [id.toFixed(), text.length]
  })
  .broadcast('job', 1, 'x')
  .sendTo(ipem.pids, 'tick')
// @ts-expect-error there is no such event
ipem.on('jobs', () => {})
// @ts-expect-error there is no such event
ipem.broadcast('jobs')
// @ts-expect-error the id is a number
ipem.sendToParents('job', 'x', 'y')
// @ts-expect-error the text is missing
ipem.emit('job', 1)
ipem.on('ready', function () {
  this.broadcast('tick')
  // @ts-expect-error there is no such event
  this.broadcast('jobs')
})
const same: Ipem<IpemEvents> = ipem
const alike: Ipem = ipem
const events: DefaultEvents = { job: [1, 'x'], tick: [] }

createIpem().broadcast('anything', 1)
createIpem<{ other: [] }>().broadcast('other')
// @ts-expect-error a map of one's own is all there is
createIpem<{ other: [] }>().broadcast('job', 1, 'x')
void [same, alike, events]
