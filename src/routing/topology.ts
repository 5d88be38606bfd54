// Who is where: the way up to the grand master and every process below, each behind one child link.
// Pure bookkeeping; events and frames about it are made elsewhere.

import { IpemError } from '../errors.js'
import type { ProcessInfo, TreeNode } from '../process-info.js'

interface Entry<L> {
  readonly info: ProcessInfo
  readonly link: L
  readonly parent: string
  /** Made with the first child: most processes are leaves. */
  children: Set<string> | null
}

export class Topology<L> {
  readonly #entries = new Map<string, Entry<L>>()
  readonly #self: string
  /** Pids from the parent up to the grand master; empty for the grand master. */
  way: readonly string[] = []

  constructor(self: string) {
    this.#self = self
  }

  /** Processes below this one. */
  get size(): number {
    return this.#entries.size
  }

  below(pid: string): L | undefined {
    return this.#entries.get(pid)?.link
  }

  infoOf(pid: string): ProcessInfo | undefined {
    return this.#entries.get(pid)?.info
  }

  parentOf(pid: string): string | undefined {
    return this.#entries.get(pid)?.parent
  }

  /** Every process below, parents before their children. */
  *descendants(): Iterable<{ info: ProcessInfo; parent: string }> {
    yield* this.#entriesBelow(this.#self)
  }

  /**
   * @throws ERR_IPEM_PROTOCOL the parent named does not live behind this link
   */
  add(link: L, info: ProcessInfo, parent: string): void {
    if (parent !== this.#self && this.#entries.get(parent)?.link !== link) {
      throw new IpemError('ERR_IPEM_PROTOCOL', `Expected the parent of ${info.pid} to live behind the same link, got ${parent}`)
    }
    // A process that re-joined elsewhere before its old place was given up: the newer news wins.
    if (this.#entries.has(info.pid)) this.remove(info.pid)
    this.#entries.set(info.pid, { info, link, parent, children: null })
    const above = this.#entries.get(parent)
    if (above !== undefined) above.children = (above.children ?? new Set()).add(info.pid)
  }

  /** Takes a process and all below it out. Answers who is gone, deepest first. */
  remove(pid: string): ProcessInfo[] {
    const entry = this.#entries.get(pid)
    if (entry === undefined) return []
    const gone: ProcessInfo[] = []
    for (const child of [...(entry.children ?? [])]) gone.push(...this.remove(child))
    this.#entries.delete(pid)
    this.#entries.get(entry.parent)?.children?.delete(pid)
    gone.push(entry.info)
    return gone
  }

  tree(self: ProcessInfo): TreeNode {
    return { ...self, children: this.#nodes(this.#self) }
  }

  *#entriesBelow(parent: string): Iterable<{ info: ProcessInfo; parent: string }> {
    for (const pid of this.#childrenOf(parent)) {
      const entry = this.#entries.get(pid)
      if (entry === undefined) continue
      yield { info: entry.info, parent }
      yield* this.#entriesBelow(pid)
    }
  }

  #nodes(parent: string): TreeNode[] {
    const nodes: TreeNode[] = []
    for (const pid of this.#childrenOf(parent)) {
      const entry = this.#entries.get(pid)
      if (entry !== undefined) nodes.push({ ...entry.info, children: this.#nodes(pid) })
    }
    return nodes
  }

  #childrenOf(parent: string): Iterable<string> {
    if (parent !== this.#self) return this.#entries.get(parent)?.children ?? []
    return this.#roots()
  }

  *#roots(): Iterable<string> {
    for (const [pid, entry] of this.#entries) if (entry.parent === this.#self) yield pid
  }
}
