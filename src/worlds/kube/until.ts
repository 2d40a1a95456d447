// Asks again until the answer is there: an API that is still starting refuses, and that is no failure yet.

import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../model/refusal.ts'
import { limit } from './limit.ts'

/** An API that answers nothing is given up by its client before. */
const lookSeconds = 60

/** `ask` gives undefined while it is not so far; the last error is told when the time is over. */
export async function until<T extends object | string | number | true>(
  what: string,
  ask: () => Promise<T | undefined>,
  { seconds = 120, everyMs = 150 }: { seconds?: number; everyMs?: number } = {},
): Promise<T> {
  const waited = limit(seconds, lookSeconds)
  let last = ''
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (waited.over())
      throw new Refusal(
        'world',
        `${what} did not come about in ${seconds} seconds`,
        'see what its engines say with skerry logs, then run skerry up again',
        last === '' ? [] : [{ message: last }],
      )
    await pause(everyMs)
  }
}
