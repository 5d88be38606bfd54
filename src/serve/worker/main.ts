// The script of a worker's process.

import process from 'node:process'
import { resolveApp } from '../config/read.js'
import { JOB_VARIABLE, type WorkerJob } from '../worker-job.js'
import { busFor } from './bus.js'
import { ServeWorker } from './worker.js'

const job = JSON.parse(process.env[JOB_VARIABLE] ?? '') as WorkerJob
delete process.env[JOB_VARIABLE]

const app = resolveApp(job.config.workerApp) ?? job.config.workerApp
// As if Node had been started with it: apps look there to know whether they are the program.
process.argv[1] = app
process.title = `ipem serve: worker ${job.slot}`

const bus = await busFor(app)
const worker = new ServeWorker(job, bus)
// A worker outlives its master for as long as its requests take.
bus.options({ useSocket: false, orphan: 'rejoin', signals: false })
await new Promise<void>((resolve) => {
  bus.once('ready', () => resolve())
  bus.start()
})
try {
  await worker.start()
} catch (error) {
  await worker.fail(error)
  process.exit(1)
}
