import { expect, test } from 'vitest'
import { Refusal } from '../../model/refusal.ts'
import type { Ground } from './ground.ts'
import type { Ledger } from './ledger.ts'
import { carried } from './run.ts'
import type { Work } from './work.ts'

test('a run whose lock another took over begins nothing more, and says who took it', async () => {
  const lost = new AbortController()
  const taken = new Refusal('refused', 'bob took the lock of this fleet over', 'see what that run does')
  const begun: string[] = []
  const ledger: Ledger = {
    ...{ before: undefined, lost: lost.signal, ended: async () => undefined, close: async () => undefined },
    begins: async (id) => void begun.push(id),
  }
  const work = (id: string, needs: readonly string[]): Work => ({
    ...{ id, title: id, steps: [], needs },
    run: async () => {
      lost.abort(taken)
      return { kind: 'done', changed: true }
    },
  })
  const none = () => undefined
  const run = carried({ now: () => new Date(0) } as Ground, [work('a', []), work('b', ['a'])], ledger, {
    signal: new AbortController().signal,
    watch: { say: none, begins: none, began: none, observed: none, ended: none },
  })
  await expect(run).rejects.toBe(taken)
  expect(begun).toEqual(['a'])
})
