// Events with types: wrong names and wrong arguments do not compile. `npm test` type-checks this file.

import { createIpem, type Message } from 'ipem'

interface Job {
  readonly id: number
  readonly text: string
}

interface Events {
  job: [job: Job]
  'job:done': [id: number, words: number]
}

export async function main(): Promise<void> {
  // Closed at the end of the block, whatever happens in it.
  await using ipem = createIpem<Events>()

  ipem
    .options({ useSocket: false })
    .on('job', function (job) {
      const { pids }: Message = this
      ipem.sendTo(pids, 'job:done', job.id, job.text.split(' ').length)
    })
    .on('offline', (pid, { code, signal }) => console.log(pid, code ?? signal))
    .start()

  ipem.sendToChilds('job', { id: 1, text: 'two words' })
  // @ts-expect-error the id is a number
  ipem.broadcast('job:done', '1', 2)
  // @ts-expect-error there is no such event
  ipem.bubble('jobs')

  const words = await ipem.request<number>('grandmaster', 'count', 'two words', { timeout: 100 })
  console.log(words.toFixed(0))
}
