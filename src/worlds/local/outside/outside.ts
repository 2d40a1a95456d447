// The world outside the clusters in one process: its parts, what is bad right now, and what happened.

import { audiences } from './audiences/index.ts'
import type { Conditions } from './conditions.ts'
import { allWell } from './conditions.ts'
import type { OutsideConfig } from './config.ts'
import type { Outside } from './control.ts'
import { names } from './dns/index.ts'
import { doors } from './doors/index.ts'
import { eventsKept } from './events.ts'
import { failuresNoted } from './failures.ts'
import { links } from './links/index.ts'
import type { Part, Surroundings } from './part.ts'
import { repositories } from './repositories/repositories.ts'

export interface OutsideProcess extends Outside {
  /** Something failed, and nobody caught it. */
  failed(failure: unknown): void
  close(): Promise<void>
}

export function outside(say: (line: string) => void, nowMs: () => number = Date.now): OutsideProcess {
  let conditions: Conditions = allWell
  let config: Pick<OutsideConfig, 'fleet' | 'speed'> | undefined
  const events = eventsKept(nowMs)
  const failures = failuresNoted(say)

  const surroundings: Surroundings = {
    conditions: () => conditions,
    tell: events.tell,
    speed: () => config?.speed ?? 1,
    say,
    failed: failures.note,
  }

  const users = audiences(surroundings)
  // what others connect to comes before who connects to it
  const parts = {
    links: part(links(surroundings), (it) => it.links),
    repositories: part(repositories(surroundings), (it) => it.repositories),
    doors: part(doors(surroundings), ({ pki, doors }) => ({ pki, doors })),
    dns: part(names(surroundings), (it) => it.dns),
    audiences: part(users, (it) => it.audiences),
  }
  const all = Object.values(parts)

  return {
    configure: async (given) => {
      config = given
      // one after the other, and each of them, whatever is wrong with another
      const failed: unknown[] = []
      for (const it of all) await it.configure(given).catch((error: unknown) => failed.push(error))
      if (failed.length > 0) throw failed[0]
    },
    conditions: () => conditions,
    setConditions: (given) => {
      conditions = given
      say(`conditions: ${JSON.stringify(given)}`)
      // each hears it, as above
      const failed = all.flatMap((it) => {
        try {
          it.conditionsChanged()
          return []
        } catch (error) {
          return [error]
        }
      })
      if (failed.length > 0) throw failed[0]
    },
    events: events.after,
    state: () => ({
      fleet: config?.fleet,
      speed: surroundings.speed(),
      events: events.told(),
      failures: failures.count(),
      parts: Object.fromEntries(Object.entries(parts).map(([name, it]) => [name, stateOf(it)])),
    }),
    audiences: users.run,
    failed: failures.note,
    close: async () => {
      await Promise.allSettled(all.map((it) => it.close()))
    },
  }
}

/** A part that takes its own piece of the configuration. */
function part<Config>(it: Part<Config>, own: (config: OutsideConfig) => Config): Part<OutsideConfig> {
  return {
    configure: async (config) => it.configure(own(config)),
    conditionsChanged: () => it.conditionsChanged(),
    state: () => it.state(),
    close: () => it.close(),
  }
}

/** The others tell theirs, whatever is wrong with one. */
function stateOf(it: Part<OutsideConfig>): unknown {
  try {
    return it.state()
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
