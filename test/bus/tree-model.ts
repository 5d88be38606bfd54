// What should be so, worked out from nothing but who is whose child and who listens: the oracle of the property tests.

import assert from 'node:assert/strict'
import { MessageType } from '../../src/message.js'
import type { TreeNode } from '../../src/process-info.js'
import { joinWays } from '../tree-way.js'
import type { Multicast, SimulatedProcess } from './simulated-tree.js'

export interface Member {
  readonly process: SimulatedProcess
  parent: Member | null
  readonly listens: Set<string>
}

export class TreeModel {
  readonly members: Member[] = []

  /** The tree that the links themselves are. */
  static of(processes: readonly SimulatedProcess[]): TreeModel {
    const model = new TreeModel()
    for (const process of processes) model.add(process, null)
    for (const member of model.members) {
      const parent = member.process.bus.members.parent?.pid
      member.parent = model.members.find(({ process }) => process.pid === parent) ?? null
      assert.ok(parent === undefined || member.parent !== null, `${pidOf(member)} has a parent that is gone`)
    }
    return model
  }

  add(process: SimulatedProcess, parent: Member | null): Member {
    const member = { process, parent, listens: new Set<string>() }
    this.members.push(member)
    return member
  }

  remove(member: Member): void {
    this.members.splice(this.members.indexOf(member), 1)
    for (const child of this.children(member)) child.parent = null
  }

  children(of: Member): Member[] {
    return this.members.filter(({ parent }) => parent === of)
  }

  /** From the member itself up to its grand master. */
  ancestry(of: Member): Member[] {
    const way: Member[] = []
    for (let at: Member | null = of; at !== null; at = at.parent) way.push(at)
    return way
  }

  /** The member and all below it. */
  subtree(of: Member): Member[] {
    return [of, ...this.children(of).flatMap((child) => this.subtree(child))]
  }

  root(of: Member): Member {
    return this.ancestry(of).at(-1) as Member
  }

  sameTree(of: Member): Member[] {
    return this.subtree(this.root(of))
  }

  depth(of: Member): number {
    return this.ancestry(of).length
  }

  /** The pids on the way between two members of one tree, both included. */
  path(from: Member, to: Member): string[] {
    return (joinWays(this.ancestry(from), this.ancestry(to)) as Member[]).map(pidOf)
  }

  /** Everybody a multicast is for, listening or not. */
  addressees(kind: Multicast, from: Member): Member[] {
    switch (kind) {
      case 'sendToParents':
        return this.ancestry(from).slice(1)
      case 'sendToChilds':
        return this.subtree(from).slice(1)
      case 'sendToSiblings':
        return from.parent === null ? [] : this.children(from.parent).filter((child) => child !== from)
      case 'sendToGrandMaster':
        return [this.root(from)]
      case 'broadcast':
        return this.sameTree(from).filter((member) => member !== from)
    }
  }

  /** Way up, neighbours and everybody below, as each process knows them. */
  assertKnowledge(): void {
    for (const member of this.members) {
      const { bus, pid } = member.process
      const way = this.ancestry(member).slice(1).map(pidOf)
      assert.deepEqual([...bus.members.way], way, `the way up from ${pid}`)
      assert.equal(bus.members.parent?.pid ?? null, way[0] ?? null, `the parent of ${pid}`)
      assert.equal(bus.members.isGrandMaster, way.length === 0, `whether ${pid} is the grand master`)
      const children = this.children(member).map(pidOf).sort()
      assert.deepEqual([...bus.members.children].map((child) => child.pid).sort(), children, `children of ${pid}`)
      assert.deepEqual(shapeOf(bus.members.tree()), this.#shape(member), `the tree below ${pid}`)
      assert.equal(bus.members.size, this.subtree(member).length - 1)
    }
  }

  #shape(of: Member): unknown {
    return [
      pidOf(of),
      this.children(of)
        .map((child) => this.#shape(child))
        .sort(byFirst),
    ]
  }
}

export const TYPES: Record<string, number> = {
  sendToParents: MessageType.toParents,
  sendToChilds: MessageType.toChilds,
  sendToSiblings: MessageType.toSiblings,
  sendToGrandMaster: MessageType.toGrandMaster,
  broadcast: MessageType.broadcast,
  sendToChild: MessageType.toChild,
  sendTo: MessageType.sendTo,
  sendToRoute: MessageType.sendTo,
  request: MessageType.request,
}

export function pidOf(member: Member): string {
  return member.process.pid
}

function shapeOf(node: TreeNode): unknown {
  return [node.pid, node.children.map(shapeOf).sort(byFirst)]
}

function byFirst(a: unknown, b: unknown): number {
  return String((a as unknown[])[0]) < String((b as unknown[])[0]) ? -1 : 1
}
