import { expect, test } from 'vitest'
import { carry } from './carry.ts'
import type { Outcome, Work } from './work.ts'

const done: Outcome = { kind: 'done', changed: true }
const work = (id: string, needs: readonly string[] = [], more: Partial<Work> = {}): Work => ({
  id,
  title: id,
  steps: [],
  needs,
  run: async () => done,
  ...more,
})
const fails = { run: () => Promise.reject(new Error('no capacity')) }
const options = () => ({ signal: new AbortController().signal, now: () => new Date(0) })
const kinds = (went: ReadonlyMap<string, { readonly kind: string }>) =>
  Object.fromEntries([...went].map(([id, { kind }]) => [id, kind]))

test('a failure stops only what needs it, and everything else goes on', async () => {
  const went = await carry(
    [
      work('network'),
      work('bad', ['network'], fails),
      work('after', ['bad']),
      work('later', ['after']),
      work('good', ['network']),
    ],
    options(),
  )
  expect(kinds(went)).toEqual({ network: 'done', bad: 'failed', after: 'waits', later: 'waits', good: 'done' })
  expect(went.get('after')).toEqual({ kind: 'waits', for: ['bad'] })
})

test('what wants one of several begins when all have ended and one went well', async () => {
  const oneOf = { needsOneOf: ['a', 'b'] }
  expect(kinds(await carry([work('a', [], fails), work('b'), work('addons', [], oneOf)], options())).addons).toBe(
    'done',
  )
  expect(
    kinds(await carry([work('a', [], fails), work('b', [], fails), work('addons', [], oneOf)], options())).addons,
  ).toBe('waits')
})

test('so many run side by side in one place, and another place has its own', async () => {
  const most = new Map<string, number>()
  const now = new Map<string, number>()
  const busy = (at: string): Partial<Work> => ({
    at,
    run: async () => {
      now.set(at, (now.get(at) ?? 0) + 1)
      most.set(at, Math.max(most.get(at) ?? 0, now.get(at) ?? 0))
      await new Promise((resolve) => setTimeout(resolve, 2))
      now.set(at, (now.get(at) ?? 0) - 1)
      return done
    },
  })
  const works = ['one', 'two'].flatMap((at) =>
    Array.from({ length: 6 }, (_, index) => work(`${at}/${index}`, [], busy(at))),
  )
  await carry(works, { ...options(), atOnce: 3 })
  expect(Object.fromEntries(most)).toEqual({ one: 3, two: 3 })
})

test('it is written down before each piece begins, and after it', async () => {
  const told: string[] = []
  await carry(
    [
      work('a', [], {
        run: async () => {
          told.push('runs a')
          return done
        },
      }),
      work('b', ['a']),
    ],
    {
      ...options(),
      begins: async ({ id }) => void told.push(`begins ${id}`),
      ended: async ({ id }, { kind }) => void told.push(`${kind} ${id}`),
    },
  )
  expect(told).toEqual(['begins a', 'runs a', 'done a', 'begins b', 'done b'])
})

test('interrupted, nothing more begins, and what runs is told and waited for', async () => {
  const stop = new AbortController()
  const runs: Partial<Work> = {
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('in flight')))
        stop.abort()
      }),
  }
  expect(
    kinds(
      await carry([work('a', [], runs), work('b', ['a']), work('c', ['b'])], { ...options(), signal: stop.signal }),
    ),
  ).toEqual({
    ...{ a: 'interrupted', b: 'interrupted', c: 'interrupted' },
  })
})

test('what a person must do stops what needs it; a need that nobody has is taken for done', async () => {
  const person: Outcome = { kind: 'person', what: 'plug it in', commands: [] }
  expect(kinds(await carry([work('a', ['nobody'], { run: async () => person }), work('b', ['a'])], options()))).toEqual(
    {
      ...{ a: 'person', b: 'waits' },
    },
  )
})
