import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Shell } from './command.ts'
import { realWatch } from './real-watch.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a look that is not answered for five seconds is told, and again while it lasts; what is answered is not', () => {
  const said: string[] = []
  const watch = realWatch({
    terminal: { live: () => undefined, say: (text: string) => void said.push(text) },
  } as unknown as Shell)
  watch.say('who asks, and in which account')
  vi.advanceTimersByTime(4_000)
  watch.say('which stacks are there')
  vi.advanceTimersByTime(4_000)
  expect(said).toEqual([])
  vi.advanceTimersByTime(31_500)
  expect(said).toEqual([
    'looking: which stacks are there; no answer for 5 s',
    'looking: which stacks are there; no answer for 35 s',
  ])
  // a question stands there now
  watch.quiet()
  vi.advanceTimersByTime(600_000)
  watch.over()
  expect(said).toHaveLength(2)
})
