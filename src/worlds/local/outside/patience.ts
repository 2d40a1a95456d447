// How long somebody waits for an answer. Time in which this process did not get to run does not count, up to as long again: on a busy machine
// an answer that is here already must not be called late because nobody had the time to read it.

export interface Waiting {
  end(): void
}

const tickMilliseconds = 20

let waiting = 0
let ticking: NodeJS.Timeout | undefined
/** How late the ticks came, all in all. */
let heldUpMs = 0

/** Real milliseconds. `over` is called once, unless it is ended before. */
export function wait(milliseconds: number, over: () => void): Waiting {
  const began = performance.now()
  const before = heldUpMs
  if (waiting++ === 0) tick()
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const end = (): void => {
    clearTimeout(timer)
    if (ended) return
    ended = true
    if (--waiting === 0) clearTimeout(ticking)
  }
  const look = (): void => {
    const spent = performance.now() - began - Math.min(heldUpMs - before, milliseconds)
    if (spent < milliseconds - 0.5) timer = setTimeout(look, milliseconds - spent)
    else {
      end()
      over()
    }
  }
  timer = setTimeout(look, milliseconds)
  return { end }
}

export function waitExactly(milliseconds: number, over: () => void): Waiting {
  const timer = setTimeout(over, milliseconds)
  return { end: () => clearTimeout(timer) }
}

function tick(): void {
  const due = performance.now() + tickMilliseconds
  ticking = setTimeout(() => {
    // what a timer is late by anyway is not worth a word
    heldUpMs += Math.max(0, performance.now() - due - 2)
    if (waiting > 0) tick()
  }, tickMilliseconds)
}
