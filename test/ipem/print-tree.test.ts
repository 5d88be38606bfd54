import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { printTree, type TreeNode } from '../../src/index.js'
import { Family } from './family.js'

const node = (pid: string, facts: Partial<TreeNode> = {}): TreeNode => ({
  pid,
  osPid: 1,
  host: 'here',
  role: 'fork',
  title: 'node',
  children: [],
  ...facts,
})

describe('printTree()', () => {
  it('draws a line for each process, with what differs from the root', () => {
    const tree = node('1-a', {
      role: 'grandmaster',
      children: [
        node('2-b', { title: 'books', children: [node('3-c'), node('4-d', { role: 'adopted' })] }),
        node('5-e', {
          role: 'socket',
          host: 'there',
          children: [node('6-f', { role: 'worker', host: 'there', title: 'web' })],
        }),
      ],
    })
    assert.equal(
      printTree(tree),
      `1-a grandmaster, node
├─ 2-b fork, books
│  ├─ 3-c fork
│  └─ 4-d adopted
└─ 5-e socket, on there
   └─ 6-f worker, web, on there`,
    )
  })

  it('lets no title break the drawing or command the terminal', () => {
    const text = printTree(node('1-a', { title: 'two\nlines\u001b[31m\u0007', host: 'h\nh' }))
    assert.equal(text, '1-a fork, two lines [31m ')
    assert.equal(printTree(node('1-a', { children: [node('2-b', { host: 'x\u001by' })] })).includes('\u001b'), false)
  })

  it('draws what tree() gives', async () => {
    await using family = await Family.of(2)
    const { gm, first, second } = family
    const [top, ...members] = printTree(gm.tree()).split('\n')
    assert.equal(top, `${gm.pid} grandmaster, ${process.title}`)
    assert.deepEqual(members, [`├─ ${first.pid} socket`, `└─ ${second.pid} socket`])
    assert.equal(printTree(await second.tree({ root: 'grandmaster' })), printTree(gm.tree()))
  })
})
