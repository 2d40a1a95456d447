// Tasks in the order of their needs, side by side.
import { expect, test } from 'vitest'
import type { Task } from './walk.ts'
import { walk } from './walk.ts'

const task = (log: string[], id: string, needs: readonly string[] = [], fail = false): Task => ({
  id,
  needs,
  run: async () => {
    log.push(`${id} begins`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (fail) throw new Error(`${id} failed`)
    log.push(`${id} is done`)
  },
})

test('a task begins when all that it needs is done, and not before; a need outside is taken for done', async () => {
  const log: string[] = []
  await walk([task(log, 'c', ['a', 'b']), task(log, 'a', ['elsewhere']), task(log, 'b')])
  expect(log).toEqual(['a begins', 'b begins', 'a is done', 'b is done', 'c begins', 'c is done'])
})

test('after a failure no further task begins, those at work come to their end, and the first failure is told', async () => {
  const log: string[] = []
  await expect(walk([task(log, 'a', [], true), task(log, 'b'), task(log, 'c', ['b'])])).rejects.toThrow('a failed')
  expect(log).toEqual(['a begins', 'b begins', 'b is done'])
})

test('tasks that wait for each other are a bug of ours', async () => {
  await expect(walk([task([], 'a', ['b']), task([], 'b', ['a'])])).rejects.toThrow('wait for each other: a, b')
})
