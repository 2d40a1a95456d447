// The links between engines, as a part of the process outside: those that stay the same go on untouched when others come or go.

import type { Part, Surroundings } from '../part.ts'
import type { LinkConfig } from './config.ts'
import type { Link } from './link.ts'
import { link } from './link.ts'

export function links({ conditions, say }: Pick<Surroundings, 'conditions' | 'say'>): Part<readonly LinkConfig[]> {
  const made = new Map<string, Link>()

  const same = (one: LinkConfig, other: LinkConfig): boolean =>
    one.listen === other.listen && one.target === other.target
  const remove = async (id: string): Promise<void> => {
    const old = made.get(id)
    made.delete(id)
    await old?.close()
  }

  return {
    configure: async (configs) => {
      const wanted = new Map(configs.map((config) => [config.id, config]))
      for (const [id, old] of [...made]) {
        const config = wanted.get(id)
        if (config === undefined || !same(config, old.config())) await remove(id)
        else if (config.crosses.join() !== old.config().crosses.join()) old.crosses(config.crosses)
      }
      for (const config of wanted.values()) {
        if (made.has(config.id)) continue
        const fresh = link(config, conditions)
        await fresh.open()
        made.set(config.id, fresh)
        say(`link ${config.id}: ${config.listen} to ${config.target}`)
      }
    },
    conditionsChanged: () => {
      for (const one of made.values()) one.changed()
    },
    state: () => [...made.values()].map((one) => one.state()),
    close: async () => {
      await Promise.all([...made.keys()].map(remove))
    },
  }
}
