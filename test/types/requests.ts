// Requests: what resolves, and rows that narrow.

import ipem, {
  createIpem,
  type RemoteError,
  type RequestAll,
  type RequestHandler,
  type RequestMessage,
  type RequestOptions,
  type RequestRow,
} from 'ipem'

export async function main(): Promise<void> {
  const unknown = await ipem.request('grandmaster', 'lookup', 'key')
  // @ts-expect-error nothing is known of the answer
  unknown.length
  const text = await ipem.request<string>('parent', 'lookup', 'key', { timeout: 100, signal: AbortSignal.timeout(1) })
  text.length
  await ipem.request(ipem.pids, 'lookup')
  await ipem.request(1234, 'lookup')
  // @ts-expect-error the target is missing
  await ipem.request('lookup')
  // @ts-expect-error no target
  await ipem.request({}, 'lookup')

  const all: RequestAll<number> = ipem.requestAll<number>('childs', 'load')
  for await (const row of all) {
    const pid: string = row.pid
    // @ts-expect-error it may be an error
    row.value.toFixed()
    if (row.error) {
      const error: Error = row.error
      // @ts-expect-error there is no value then
      row.value.toFixed()
      void error
    } else {
      row.value.toFixed()
    }
    if (row.error === undefined) row.value.toFixed()
    void pid
  }
  // Taken apart, too.
  for await (const { pid, value, error } of ipem.requestAll<number>('siblings', 'load', { timeout: 1 })) {
    if (error) console.log(pid, error.message)
    else console.log(pid, value.toFixed())
  }
  for await (const row of ipem.requestAll('everyone', 'load')) {
    const generic: RequestRow = row
    if (!generic.error) void generic.value
  }
  // @ts-expect-error nobody is called so
  ipem.requestAll('parents', 'load')

  await using rows = ipem.requestAll('children', 'load')
  void rows
}

ipem
  .handle('add', (a: number, b: number) => a + b)
  .handle('slow', async function (key: string) {
    const facts: [string, AbortSignal, readonly string[]] = [this.from, this.signal, this.pids]
    await fetch(key, { signal: this.signal })
    return facts
  })
  .handle('any', (...args) => args.length)
// @ts-expect-error a handler is a function
ipem.handle('add', 1)
const removed: boolean = ipem.removeHandler('add')
void removed

// Requests are not events: the map does not restrict them.
createIpem<{ job: [id: number] }>()
  .handle('lookup', (key: string) => key)
  .request('grandmaster', 'lookup', 'key')

// The pieces have names.
const handler: RequestHandler = function (this: RequestMessage, key: string) {
  return this.signal.aborted ? null : key
}
const options: RequestOptions = { timeout: 1, signal: new AbortController().signal }
ipem
  .handle('named', handler)
  .request('parent', 'named', 'key', options)
  .catch((error: RemoteError) => {
    const facts: [string, string, unknown] = [error.remotePid, error.remoteStack, error.code]
    void facts
  })
