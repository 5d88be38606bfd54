// The tree as text, a line for each process.

import type { TreeNode } from './process-info.js'

/** Draws a tree as `ipem.tree()` gives it: pid, role and, where they differ from the root's, host and title. */
export function printTree(root: TreeNode): string {
  const lines: string[] = []
  const draw = (node: TreeNode, head: string, tail: string): void => {
    const facts = [node.role, node.title !== root.title || node === root ? node.title : '', node.host !== root.host ? `on ${node.host}` : '']
    lines.push(`${head}${node.pid} ${facts.filter((fact) => fact !== '').join(', ')}`)
    node.children.forEach((child, index) => {
      const last = index === node.children.length - 1
      draw(child, `${tail}${last ? '└─ ' : '├─ '}`, `${tail}${last ? '   ' : '│  '}`)
    })
  }
  draw(root, '', '')
  return lines.join('\n')
}
