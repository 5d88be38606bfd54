// The tree as text, a line for each process.

import type { TreeNode } from './process-info.js'

/** Draws a tree as `ipem.tree()` gives it: pid, role and, where they differ from the root's, title and host. */
export function printTree(root: TreeNode): string {
  const lines: string[] = []
  const draw = (node: TreeNode, head: string, tail: string): void => {
    const facts: string[] = [node.role]
    if (node === root || node.title !== root.title) facts.push(node.title)
    if (node.host !== root.host) facts.push(`on ${node.host}`)
    lines.push(
      `${head}${node.pid} ${facts
        .filter((fact) => fact !== '')
        .map(printable)
        .join(', ')}`,
    )
    node.children.forEach((child, index) => {
      const last = index === node.children.length - 1
      draw(child, `${tail}${last ? '└─ ' : '├─ '}`, `${tail}${last ? '   ' : '│  '}`)
    })
  }
  draw(root, '', '')
  return lines.join('\n')
}

/** Title and host are what a process says of itself: they must not break the drawing, or command a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
