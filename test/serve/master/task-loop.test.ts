import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { TaskLoop } from '../../../src/serve/master/task-loop.js'
import { Deferred } from '../../../src/supervise/deferred.js'

/** A loop that writes down what it does; `steps` are the answers of its steps, then there are no more. */
function loop(steps: (() => boolean | Promise<boolean>)[] = []) {
  const said: string[] = []
  const made = new TaskLoop(
    async () => {
      const step = steps.shift()
      said.push(step === undefined ? 'look' : 'step')
      return (await step?.()) ?? false
    },
    () => said.push('idle'),
    (error) => said.push(String(error)),
  )
  return { said, loop: made }
}

describe('the loop of the master', () => {
  it('does nothing before something is put in', async () => {
    const { said } = loop([() => true])
    await setImmediate()
    assert.deepEqual(said, [])
  })

  it('does the tasks in their order, and each one waits for the one before', async () => {
    const { said, loop: tasks } = loop()
    const gate = new Deferred<void>()
    tasks.push(async () => {
      said.push('1 starts')
      await gate.promise
      said.push('1 ends')
    })
    tasks.push(() => said.push('2'))
    await setImmediate()
    assert.deepEqual(said, ['1 starts'])
    gate.resolve()
    await setImmediate()
    assert.deepEqual(said, ['1 starts', '1 ends', '2', 'look', 'idle'])
  })

  it('does tasks before steps, and is idle when there is neither', async () => {
    const { said, loop: tasks } = loop([() => true, () => true])
    tasks.push(() => said.push('task'))
    await setImmediate()
    assert.deepEqual(said, ['task', 'step', 'step', 'look', 'idle'])
  })

  it('does a task that came within a step before the next step', async () => {
    const { said, loop: tasks } = loop([
      () => {
        tasks.push(() => said.push('task'))
        return true
      },
      () => true,
    ])
    tasks.push()
    await setImmediate()
    assert.deepEqual(said, ['step', 'task', 'step', 'look', 'idle'])
  })

  it('does a task that came while there was no step', async () => {
    const { said, loop: tasks } = loop([
      () => {
        tasks.push(() => said.push('task'))
        return false
      },
    ])
    tasks.push()
    await setImmediate()
    assert.deepEqual(said, ['step', 'task', 'look', 'idle'])
  })

  it('looks again when it is pushed without a task', async () => {
    const steps = [() => false]
    const { said, loop: tasks } = loop(steps)
    tasks.push()
    await setImmediate()
    steps.push(() => true)
    tasks.push()
    await setImmediate()
    assert.deepEqual(said, ['step', 'idle', 'step', 'look', 'idle'])
  })

  it('takes a task that comes of being idle', async () => {
    const said: string[] = []
    const tasks = new TaskLoop(
      async () => false,
      () => said.push('idle') === 1 && tasks.push(() => said.push('task')),
      (error) => said.push(String(error)),
    )
    tasks.push()
    await setImmediate()
    assert.deepEqual(said, ['idle', 'task', 'idle'])
  })

  for (let turns = 0; turns < 6; turns++) {
    it(`forgets no task that comes ${turns} turns of the microtasks after the last look`, async () => {
      let ran = 0
      let looks = 0
      const tasks = new TaskLoop(
        async () => {
          if (looks++ === 0) void later(turns, () => tasks.push(() => ran++))
          return false
        },
        () => {},
        (error) => assert.ifError(error),
      )
      tasks.push()
      await setImmediate()
      assert.equal(ran, 1)
    })
  }
})

describe('what fails in the loop of the master', () => {
  const fails = () => {
    throw new Error('mine')
  }

  it('is told, and the next task is done', async () => {
    const { said, loop: tasks } = loop()
    tasks.push(fails)
    tasks.push(async () => fails())
    tasks.push(() => said.push('next'))
    await setImmediate()
    assert.deepEqual(said, ['Error: mine', 'Error: mine', 'next', 'look', 'idle'])
  })

  it('is told of a step, too, which is not tried again before something has changed', async () => {
    const { said, loop: tasks } = loop([fails, () => true])
    tasks.push()
    await setImmediate()
    assert.deepEqual(said.splice(0), ['step', 'Error: mine', 'idle'])
    tasks.push()
    await setImmediate()
    assert.deepEqual(said, ['step', 'look', 'idle'])
  })
})

async function later(turns: number, callback: () => void): Promise<void> {
  for (let n = 0; n < turns; n++) await null
  callback()
}
