// What takes longer than a moment says how far it is, on stderr: on a terminal in one line that is written over, elsewhere in a plain
// line now and then, so that the log of a pipeline shows life without filling.

export interface Progress {
  /** As often as the caller likes; most of it is not shown. */
  tell(text: string): void
  /** Nothing of it is left on a terminal. */
  over(): void
}

/** Nothing is said of what is done by then. */
const quietMilliseconds = 1000
const terminalMilliseconds = 100
const lineMilliseconds = 5000

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export function progress(stream: ProgressStream, now: () => number): Progress {
  const began = now()
  const live = stream.isTTY === true
  const every = live ? terminalMilliseconds : lineMilliseconds
  let last = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    tell(text) {
      const at = now()
      if (at - began < (live ? quietMilliseconds : lineMilliseconds) || at - last < every) return
      last = at
      shown = true
      stream.write(live ? `\r${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}\u001b[K` : `${text}\n`)
    },
    over() {
      if (live && shown) stream.write('\r\u001b[K')
      shown = false
    },
  }
}

/** Runs to the end, and lets signals through between two runs: Ctrl-C would otherwise wait for the last. */
export async function inTurns<Step, Result>(
  steps: Generator<Step, Result, void>,
  told: Progress,
  textOf: (step: Step) => string,
): Promise<Result> {
  try {
    let turn = 0
    for (;;) {
      const next = steps.next()
      if (next.done === true) return next.value
      told.tell(textOf(next.value))
      const at = performance.now()
      if (at - turn < turnMilliseconds) continue
      await new Promise((resolve) => setImmediate(resolve))
      turn = at
    }
  } finally {
    told.over()
  }
}

const turnMilliseconds = 50
