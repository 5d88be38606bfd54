// The script of a worker's process.

import process from 'node:process'
import { resolveApp } from '../config/read.js'
import { takeJob, type WorkerJob } from '../worker-job.js'
import { busFor, joinBus } from './bus.js'
import { ServeWorker } from './worker.js'

const job = takeJob() as WorkerJob

const app = resolveApp(job.config.workerApp) ?? job.config.workerApp
// As if Node had been started with it: apps look there to know whether they are the program.
process.argv[1] = app
process.title = `ipem serve: worker ${job.slot}`

const bus = await busFor(app)
const worker = new ServeWorker(job, bus)
await joinBus(bus)
try {
  await worker.start()
} catch (error) {
  await worker.fail(error)
  process.exit(1)
}
