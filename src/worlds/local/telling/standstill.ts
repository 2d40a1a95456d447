// Notices when this process did not get to run: a machine that slept, or one with far too much to do. Whatever is measured in such a time
// comes late by as much, and no engine is to blame for it.

export interface Standstills {
  /** The longest of them, with when it ended. */
  longest(): { readonly seconds: number; readonly endedMs: number } | undefined
  close(): void
}

const everyMs = 250
/** Less is what a busy machine does now and then. */
const overMs = 1_000

/** `now`: milliseconds, as all of the timeline is told. */
export function standstills(now: () => number): Standstills {
  let last = now()
  let found: { readonly seconds: number; readonly endedMs: number } | undefined
  const timer = setInterval(() => {
    const at = now()
    const late = at - last - everyMs
    last = at
    if (late >= overMs && late / 1_000 > (found?.seconds ?? 0)) found = { seconds: late / 1_000, endedMs: at }
  }, everyMs)
  timer.unref()
  return { longest: () => found, close: () => clearInterval(timer) }
}
