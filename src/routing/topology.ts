// Who is where: the way up to the grand master and every process below, each behind one child link.
// Pure bookkeeping; events and frames about it are made elsewhere.

import { IpemError } from '../errors.js'
import type { ProcessInfo, TreeNode } from '../process-info.js'

/** Most processes below one: what a hostile child can make us remember is bounded too. */
const MAX_DESCENDANTS = 262_144

interface Entry<L> {
  readonly info: ProcessInfo
  readonly link: L
  /** Null for a direct child. */
  readonly parent: Entry<L> | null
  /** Made with the first child: most processes are leaves. */
  children: Set<Entry<L>> | null
}

export class Topology<L> {
  readonly #self: string
  readonly #entries = new Map<string, Entry<L>>()
  #children: Set<Entry<L>> | null = null
  /** Pids from the parent up to the grand master; empty for the grand master. */
  way: readonly string[] = []

  constructor(self: string) {
    this.#self = self
  }

  /** Processes below this one. */
  get size(): number {
    return this.#entries.size
  }

  /** The child link behind which a process lives, however deep. */
  below(pid: string): L | undefined {
    return this.#entries.get(pid)?.link
  }

  /** Pid of the parent of a process below. */
  parentOf(pid: string): string | undefined {
    const entry = this.#entries.get(pid)
    return entry === undefined ? undefined : (entry.parent?.info.pid ?? this.#self)
  }

  /** Every process below, parents before their children. */
  *descendants(): Iterable<ProcessInfo> {
    for (const { info } of breadthFirst(this.#children ?? [])) yield info
  }

  /**
   * What we know of a subtree is what its link told us, in order: a process that moves is first gone from its old
   * place. So news of one that is still there are false, or too early; either way its link is to be cut off.
   *
   * @throws ERR_IPEM_PROTOCOL the parent named does not live behind this link
   * @throws ERR_IPEM_DUPLICATE_PID
   * @throws ERR_IPEM_TOO_MANY
   */
  add(link: L, info: ProcessInfo, parent: string): void {
    const { pid } = info
    const above = parent === this.#self ? null : this.#entries.get(parent)
    if (above === undefined || (above !== null && above.link !== link)) {
      const text = `Expected the parent of ${pid} to live behind the same link, got ${parent}`
      throw new IpemError('ERR_IPEM_PROTOCOL', text, { pid })
    }
    if (this.#entries.has(pid)) {
      throw new IpemError('ERR_IPEM_DUPLICATE_PID', `${pid} is in the tree already`, { pid })
    }
    if (this.#entries.size >= MAX_DESCENDANTS) {
      throw new IpemError('ERR_IPEM_TOO_MANY', `Expected at most ${MAX_DESCENDANTS} processes below ${this.#self}`, {
        limit: MAX_DESCENDANTS,
      })
    }
    const entry: Entry<L> = { info, link, parent: above, children: null }
    this.#entries.set(pid, entry)
    const siblings = (above === null ? this.#children : above.children) ?? new Set()
    siblings.add(entry)
    if (above === null) this.#children = siblings
    else above.children = siblings
  }

  /** Takes a process and all below it out. Answers who is gone, deepest first. */
  remove(pid: string): ProcessInfo[] {
    const entry = this.#entries.get(pid)
    if (entry === undefined) return []
    const siblings = entry.parent === null ? this.#children : entry.parent.children
    siblings?.delete(entry)
    const gone = breadthFirst([entry]).map(({ info }) => info)
    for (const info of gone) this.#entries.delete(info.pid)
    return gone.reverse()
  }

  tree(self: ProcessInfo): TreeNode {
    return nodeOf(self, this.#children)
  }
}

/** Level by level, without recursion: a large tree costs no stack. */
function breadthFirst<L>(start: Iterable<Entry<L>>): Entry<L>[] {
  const entries = [...start]
  for (let at = 0; at < entries.length; at++) {
    const { children } = entries[at] as Entry<L>
    if (children !== null) for (const child of children) entries.push(child)
  }
  return entries
}

function nodeOf<L>(info: ProcessInfo, children: Iterable<Entry<L>> | null): TreeNode {
  return { ...info, children: Array.from(children ?? [], (entry) => nodeOf(entry.info, entry.children)) }
}
