// Who else is in the tree, asked of those who know: the parent for siblings, the grand master for everyone.

import { IpemError } from '../errors.js'
import { INTERNAL_PREFIX } from '../message.js'
import type { TreeNode } from '../process-info.js'
import type { Members } from '../public-types.js'
import { GRAND_MASTER, PARENT } from '../request/port.js'
import type { RequestOptions } from '../request/request-arguments.js'
import type { Runtime } from './runtime.js'

const CHILDREN = `${INTERNAL_PREFIX}children`
const TREE = `${INTERNAL_PREFIX}tree`

/** How long a process on our own way up may take to say who is below it. */
const BELOW_MS = 5000

export class Directory {
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    runtime.requests.handle(CHILDREN, () => this.#children())
    runtime.requests.handle(TREE, () => runtime.bus.members.tree())
  }

  /** How to find these members; null for a word that names none. */
  members(members: Members): ((options: RequestOptions) => Promise<readonly string[]>) | null {
    switch (members) {
      case 'childs':
      case 'children':
        return async () => this.#children()
      case 'siblings':
        return (options) => this.#siblings(options)
      case 'everyone':
        return (options) => this.#everyone(options)
      default:
        return null
    }
  }

  wholeTree(options: RequestOptions): Promise<TreeNode> {
    return this.#ask<TreeNode>(GRAND_MASTER, TREE, options)
  }

  /** A process and all below it, as it tells. */
  async below(pid: string): Promise<ReadonlySet<string>> {
    return new Set(pidsOf(await this.#ask<TreeNode>(pid, TREE, { timeout: BELOW_MS })))
  }

  #children(): string[] {
    return [...this.#runtime.bus.members.children].filter(({ online }) => online).map(({ pid }) => pid)
  }

  async #siblings(options: RequestOptions): Promise<string[]> {
    const { parent, self } = this.#runtime.bus.members
    if (parent === null && this.#runtime.open) return []
    const children = await this.#ask<unknown>(parent?.pid ?? PARENT, CHILDREN, options).catch((error) => {
      // Nobody is above, as shows only now.
      if (parent === null && (error as IpemError).code === 'ERR_IPEM_UNREACHABLE') return []
      throw error
    })
    if (!isTexts(children))
      throw new IpemError('ERR_IPEM_PROTOCOL', 'Expected the parent to name its children', { pid: parent?.pid })
    return children.filter((pid) => pid !== self)
  }

  async #everyone(options: RequestOptions): Promise<string[]> {
    const root = await this.wholeTree(options)
    return [...pidsOf(root)].filter((pid) => pid !== this.#runtime.bus.members.self)
  }

  #ask<T>(to: string, event: string, { timeout, signal }: RequestOptions): Promise<T> {
    const options = { ...(timeout !== undefined && { timeout }), ...(signal && { signal }) }
    return this.#runtime.requests.request<T>({ to }, event, [options])
  }
}

function* pidsOf(node: TreeNode): Iterable<string> {
  yield node.pid
  for (const child of node.children) yield* pidsOf(child)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
