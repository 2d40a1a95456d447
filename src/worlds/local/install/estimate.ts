// How long it still takes: the times that were measured once, scaled by what this machine has shown so far.

export interface Part {
  readonly typicalSeconds: number
}

export interface Done extends Part {
  readonly seconds: number
}

/** What a second of the measured machine is here. Small parts say little, so the measured pace counts like a minute of its own. */
export function pace(done: readonly Done[], running?: Part & { readonly elapsedSeconds: number }): number {
  const weight = 60
  const typical = sum(done.map((it) => it.typicalSeconds))
  const seconds = sum(done.map((it) => it.seconds))
  const soFar = (weight + seconds) / (weight + typical)
  // one that takes longer than it should says already that this machine is slower
  return running === undefined
    ? soFar
    : Math.max(soFar, (weight + seconds + running.elapsedSeconds) / (weight + typical + running.typicalSeconds))
}

/** Seconds until all parts are done. */
export function leftSeconds(
  done: readonly Done[],
  left: readonly Part[],
  running?: Part & { readonly elapsedSeconds: number },
): number {
  const factor = pace(done, running)
  const rest = sum(left.map((it) => it.typicalSeconds)) * factor
  if (running === undefined) return Math.round(rest)
  const whole = running.typicalSeconds * factor
  // it never says that what still runs is finished
  return Math.round(rest + Math.max(whole - running.elapsedSeconds, whole * 0.05, 1))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, it) => total + it, 0)
