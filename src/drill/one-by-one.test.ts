// What was measured is handed on, whatever becomes of the drill after it.

import { expect, test, vi } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import { Interrupted } from '../worlds/world.ts'
import { withDrill } from './drill.case.ts'
import { oneByOne } from './one-by-one.ts'
import type { DrillResult } from './result.ts'

const { drill } = withDrill('{ app: game, servedBy: home, within: 5m }')
const drills = ['first', 'second', 'third'].map((name) => ({ ...drill, name }))
const resultOf = (name: string) => ({ fleet: name }) as DrillResult

test('reports of the drills before one that is refused are handed on with the refusal, and none is run after it', async () => {
  for (const failure of [new Refusal('refused', 'the fleet changed', 'skerry up'), new Error('a bug')]) {
    const run = vi.fn(async ({ name }: { readonly name: string }) => {
      if (name === 'second') throw failure
      return resultOf(name)
    })
    expect(await oneByOne(drills, run)).toEqual({ results: [resultOf('first')], failure })
    expect(run).toHaveBeenCalledTimes(2)
  }
})

test('so are those before one that was interrupted, which is no refusal', async () => {
  const interrupted = new Interrupted('the drill was interrupted')
  const outcome = await oneByOne(drills, async ({ name }) => {
    if (name === 'third') throw interrupted
    return resultOf(name)
  })
  expect(outcome).toEqual({ results: [resultOf('first'), resultOf('second')], interrupted })
})
