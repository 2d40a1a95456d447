// How hard a build may press this machine, so that two cores and 4 GiB suffice. Measured: a compiler of the largest packages takes
// 0.4 GiB; the linker of the largest program 1.8 GiB, what it maps counted in, and only one links at a time. So memory bounds how many
// compile at once; on small machines Go collects its garbage sooner.

import { availableParallelism, totalmem } from 'node:os'

export interface Limits {
  /** Go's `-p`, and GOMAXPROCS of the linker and the compiler. */
  readonly parallel: number
  /** Go's GOGC; undefined leaves it as it is. */
  readonly gogc?: number
}

const gibibyte = 2 ** 30

export function limitsFor(cores: number, memoryBytes: number): Limits {
  const parallel = Math.max(1, Math.min(cores, Math.floor((memoryBytes - gibibyte) / (0.75 * gibibyte))))
  return memoryBytes < 8 * gibibyte ? { parallel, gogc: 50 } : { parallel }
}

/** A container may have less than its machine. */
export function limitsHere(): Limits {
  const allowed = process.constrainedMemory()
  const memory = allowed > 0 && allowed < totalmem() ? allowed : totalmem()
  return limitsFor(availableParallelism(), memory)
}
