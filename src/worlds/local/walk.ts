// Carries out tasks as soon as what each needs is done, side by side. When one fails no further one begins; those at work come to their
// end, so that nothing is left half-way, and the first failure is the one told.

export interface Task {
  readonly id: string
  readonly needs: readonly string[]
  readonly run: () => Promise<void>
}

/** A need that no task has is taken for done: it is outside of what was asked for. */
export async function walk(tasks: readonly Task[]): Promise<void> {
  const known = new Set(tasks.map(({ id }) => id))
  const finished = new Set<string>()
  const waiting = new Set(tasks)
  const working = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined

  const isReady = ({ needs }: Task): boolean => needs.every((need) => !known.has(need) || finished.has(need))
  for (;;) {
    if (failure === undefined)
      for (const task of [...waiting].filter(isReady)) {
        waiting.delete(task)
        const work: Promise<void> = task
          .run()
          .then(
            () => {
              finished.add(task.id)
            },
            (error: unknown) => {
              failure ??= { error }
            },
          )
          .finally(() => working.delete(work))
        working.add(work)
      }
    if (working.size === 0) break
    await Promise.race(working)
  }
  if (failure !== undefined) throw failure.error
  if (waiting.size > 0)
    throw new Error(`a bug of skerry: these tasks wait for each other: ${[...waiting].map(({ id }) => id).join(', ')}`)
}
