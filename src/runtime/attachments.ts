// The present links of this process, as a crowd: what is asked of all of them at once.

import type { Attachment } from '../bus/attachment.js'
import type { Neighbour } from '../bus/neighbour.js'
import type { Link } from '../link/link.js'

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

  /** Goodbye to the children, or to the parent. */
  async end(where: 'below' | 'above', deadlineMs: number): Promise<void> {
    const ending = [...this.#present.keys()].filter(({ isParent }) => isParent === (where === 'above'))
    await Promise.all(ending.map(({ link }) => link.end(deadlineMs)))
  }
}
