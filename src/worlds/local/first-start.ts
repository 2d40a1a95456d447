// Who brings a fleet up for the first time learns nothing from waiting until its copies have started: KWOK makes them ready as soon as they
// are placed, and is started anew, with the time that each takes, when all of them run. What comes later takes that time.

import type { EngineSpec, Owner } from './engine.ts'
import { stepOf } from './layout.ts'
import type { LocalState } from './state.ts'
import type { Task } from './walk.ts'

export interface FirstStart {
  /** What is started in place of `spec` until its copies run. */
  readonly of: (spec: EngineSpec) => EngineSpec
  /** Starts them as they are meant to be. */
  readonly tasks: readonly Task[]
}

/** `promptly`: the same engines without startup times. Those that ran before are left as they are. */
export function firstStart(
  engines: readonly EngineSpec[],
  promptly: readonly EngineSpec[],
  { engines: known }: LocalState,
  run: (spec: EngineSpec) => Promise<void>,
): FirstStart {
  const fresh = engines.filter(({ id, name }) => name === 'kwok' && known[id] === undefined)
  const first = new Map(fresh.map(({ id }) => [id, promptly.find((spec) => spec.id === id)]))
  const owners = new Map<string, Owner>(fresh.map(({ owner }) => [owner.name, owner]))
  const ready = [...new Set(engines.map(({ owner }) => stepOf.appsReady(owner)))]
  return {
    of: (spec) => first.get(spec.id) ?? spec,
    tasks: [...owners.values()].map((owner) => ({
      id: stepOf.startups(owner),
      needs: ready,
      run: async () => {
        await Promise.all(fresh.filter((spec) => spec.owner.name === owner.name).map(run))
      },
    })),
  }
}
