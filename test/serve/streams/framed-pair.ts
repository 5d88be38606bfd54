// Two framed ends of a real Unix socket, with notes of what happened at each. No test in this file.

import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type FramedStream, type FrameStreamOptions, frameStream } from '../../../src/serve/streams/frame-stream.js'
import { socketPair } from '../../conformance/sockets.js'

export interface FramedEnd {
  readonly framed: FramedStream
  readonly socket: Socket
  /** `message` with its value, `error` with its code, `drain`, `close`. */
  readonly notes: unknown[]
  /** Resolves with the notes when the end has closed. */
  readonly closed: Promise<unknown[]>
}

export function frame(socket: Socket, options?: FrameStreamOptions): FramedEnd {
  const framed = frameStream(socket, options)
  const notes: unknown[] = []
  framed.on('message', (value) => notes.push(value))
  framed.on('error', ({ code }) => notes.push(code))
  const closed = new Promise<unknown[]>((resolve) => {
    framed.on('close', () => {
      notes.push('close')
      resolve(notes)
    })
  })
  return { framed, socket, notes, closed }
}

/** The raw ends; closed with the test. */
export async function rawPair(context: TestContext): Promise<[near: Socket, far: Socket]> {
  const { near, far, dispose } = await socketPair('unix')
  context.after(dispose)
  return [near, far]
}

export async function framedPair(
  context: TestContext,
  options?: FrameStreamOptions,
): Promise<[near: FramedEnd, far: FramedEnd]> {
  const [near, far] = await rawPair(context)
  return [frame(near, options), frame(far, options)]
}

/** The warnings of ipem while `action` runs, at least one. */
export async function warningOf(action: () => unknown): Promise<Error & { code?: string }> {
  const warned = once(process, 'warning')
  action()
  const [warning] = await warned
  return warning as Error & { code?: string }
}
