// Asks again until the answer is there: an API that is still starting refuses, and that is no failure yet.

import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../model/refusal.ts'

/** `ask` gives undefined while it is not so far; the last error is told when the time is over. */
export async function until<T extends object | string | number | true>(
  what: string,
  ask: () => Promise<T | undefined>,
  { seconds = 120, everyMs = 150, now = Date.now }: { seconds?: number; everyMs?: number; now?: () => number } = {},
): Promise<T> {
  const deadline = now() + seconds * 1_000
  let last = ''
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (now() >= deadline)
      throw new Refusal(
        'world',
        `${what} did not come about in ${seconds} seconds`,
        'see what its engines say with skerry logs, then run skerry up again',
        last === '' ? [] : [{ message: last }],
      )
    await pause(everyMs)
  }
}
