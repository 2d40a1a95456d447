// What went wrong in this process and should never have. The process goes on: it is the world of a running fleet, whose parts hardly depend on
// each other, and with it every link, door and name would end at once, which no fault asked for. So that it is not passed over in silence
// it is written down whole and counted, for whoever asks for the state.

export interface Failures {
  note(failure: unknown): void
  count(): number
}

/** Of one that comes again with every tick no disk may be filled. */
const written = 1_000

export function failuresNoted(say: (line: string) => void): Failures {
  let count = 0
  return {
    note: (failure) => {
      count += 1
      if (count > written) return
      const more = count === written ? ' (further ones are only counted)' : ''
      try {
        say(`failure ${count}${more}: ${textOf(failure)}`)
      } catch {
        // where nothing can be written the count remains
      }
    },
    count: () => count,
  }
}

const textOf = (failure: unknown): string =>
  failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)
