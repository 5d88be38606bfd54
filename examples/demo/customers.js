// Real HTTP requests over loopback, eight at a time. One that breaks off is sent again, as any browser would.

import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const AT_A_TIME = 8
const PATIENCE_MS = 1000

/**
 * @param jobs `[method, path, body]`
 * @param onAnswer called after each
 */
export async function shopping(url, jobs, onAnswer = () => {}) {
  const queue = [...jobs]
  const result = { answers: [], brokenOff: 0, byWorker: new Map(), fromCache: 0 }
  const customer = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const answer = await insist(url, job, result)
      result.answers.push(answer.body)
      result.byWorker.set(answer.worker, (result.byWorker.get(answer.worker) ?? 0) + 1)
      if (answer.body.from === 'cache') result.fromCache++
      onAnswer(result)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, customer))
  return result
}

async function insist(url, [method, path, body], result) {
  for (;;) {
    try {
      return await ask(`${url}${path}`, method, body)
    } catch (error) {
      // An answer that is wrong is a fault; none at all is what a killed worker leaves behind.
      if (error.status !== undefined) throw error
      result.brokenOff++
      await delay(10)
    }
  }
}

function ask(url, method, body) {
  return new Promise((resolve, reject) => {
    // A connection for each request, so that the cluster can give each to another worker.
    const options = { method, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) }
    const request = http.request(url, options, async (response) => {
      try {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        if (response.statusCode !== 200) {
          throw Object.assign(new Error(`${method} ${url}: ${text}`), { status: response.statusCode })
        }
        resolve({ worker: response.headers['x-worker'], body: JSON.parse(text) })
      } catch (error) {
        reject(error)
      }
    })
    request.on('error', reject).end(body)
  })
}
