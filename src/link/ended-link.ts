// Stands for a link that has ended, for those who still know its neighbour: of the link itself, its socket and its
// queue nothing is kept.

import type { Link } from './link.js'

export class EndedLink implements Link {
  readonly kind: Link['kind']
  readonly queuedBytes = 0
  readonly needDrain = false
  readonly stalled = false
  readonly closed = true
  readonly mute = true

  constructor(kind: Link['kind']) {
    this.kind = kind
  }

  open(): void {}

  send(): void {}

  sendEvent(): void {}

  pause(): void {}

  resume(): void {}

  flush(): Promise<void> {
    return Promise.resolve()
  }

  end(): Promise<void> {
    return Promise.resolve()
  }

  destroy(): void {}

  flushStep(): boolean {
    return true
  }

  unsentFrames(): number {
    return 0
  }

  receiveSync(): void {}

  ref(): void {}

  unref(): void {}
}
