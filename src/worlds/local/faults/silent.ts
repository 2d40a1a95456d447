// An engine that has gone away by itself in a drill, which no fault has taken: nothing that was drilled, and no bug of skerry, so a Refusal
// that says which one it is.

import { Refusal } from '../../../model/refusal.ts'
import { KubeError } from '../../kube/client.ts'
import { titleOf } from '../layout.ts'
import { OutsideError } from '../outside/client.ts'

export const silent = (id: string, error: unknown): Refusal =>
  new Refusal(
    'world',
    error instanceof KubeError && error.status > 0
      ? `${titleOf(id)} does not do what a fault asks of it`
      : `${titleOf(id)} does not answer, and no fault of the drill has taken it`,
    'skerry status tells what runs; skerry up starts it',
    [{ message: error instanceof Error ? error.message : String(error) }],
  )

/** Every question to that engine: where nobody answers, the engine is named. What it answers, also that it cannot, stays its own. */
export function namedWhenSilent<Asked extends object>(id: string, asked: Asked): Asked {
  const named = Object.entries(asked).map(([name, ask]) => [
    name,
    typeof ask !== 'function'
      ? ask
      : async (...given: readonly unknown[]): Promise<unknown> => {
          try {
            return await (ask as (...all: readonly unknown[]) => Promise<unknown>)(...given)
          } catch (error) {
            throw error instanceof OutsideError || error instanceof Refusal ? error : silent(id, error)
          }
        },
  ])
  return Object.fromEntries(named) as Asked
}
