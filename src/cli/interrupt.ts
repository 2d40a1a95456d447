// Ctrl-C, and being asked to end: by default skerry ends at once, with 130. A verb that has something to put back first, or for which it is
// the ordinary end, says what happens instead; asked a second time, skerry ends at once whatever is going on. A terminal that is closed
// asks once, however often it says so: it is told by the kernel and by the shell, and nobody sits there who would be impatient.

import { exit } from './exit.ts'

/** Ctrl-C where a question stood: nothing is a fault, and nothing is answered. */
export class Interrupted extends Error {}

let act: (() => void) | undefined
let asked = 0

export function listenForInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signal !== 'SIGHUP') asked += 1
      if (act === undefined || asked > 1) process.exit(exit.interrupted)
      act()
    })
}

/** Gives back what takes it off again. */
export function onInterrupt(instead: () => void): () => void {
  act = instead
  return () => {
    act = undefined
  }
}
