// The present links of this process, as a crowd: what is asked of all of them at once.

import type { Attachment } from '../bus/attachment.js'
import type { Neighbour } from '../bus/neighbour.js'
import type { Link } from '../link/link.js'

/** Of the time for goodbyes: so much is kept for the parent, however long the children take. */
const SHARE_ABOVE = 0.25

export class Attachments {
  readonly #present = new Map<Neighbour, Attachment>()
  #referenced = true

  get links(): Link[] {
    return [...this.#present.keys()].map(({ link }) => link)
  }

  keep(attachment: Attachment): Attachment {
    const { neighbour, refused } = attachment
    // One that was refused at once goes by itself, unheard.
    if (!refused && !neighbour.link.closed) {
      this.#present.set(neighbour, attachment)
      if (!this.#referenced) neighbour.link.unref()
    }
    return attachment
  }

  drop(neighbour: Neighbour): void {
    this.#present.delete(neighbour)
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced
    for (const link of this.links) referenced ? link.ref() : link.unref()
  }

  async flush(): Promise<void> {
    await Promise.all(this.links.map((link) => link.flush()))
  }

  /**
   * Goodbye to those below first: what they said last is in their links when they have ended, and is passed on. The
   * parent gets what is left of the time, and a share in any case. What is sent meanwhile goes nowhere.
   */
  async end(deadlineMs: number): Promise<void> {
    const until = performance.now() + deadlineMs
    await this.#end(false, deadlineMs)
    await this.#end(true, Math.max(until - performance.now(), deadlineMs * SHARE_ABOVE))
  }

  async #end(above: boolean, deadlineMs: number): Promise<void> {
    const ending = [...this.#present.values()].filter(({ neighbour }) => neighbour.isParent === above)
    await Promise.all(ending.map((attachment) => goodbye(attachment, deadlineMs)))
  }
}

/** A child that was adopted and never asked has no ipem perhaps: nobody there would hear it, or answer. */
async function goodbye({ neighbour: { link, isParent }, live }: Attachment, deadlineMs: number): Promise<void> {
  if (link.kind === 'process' && !isParent && !live) link.destroy()
  else await link.end(deadlineMs)
}
