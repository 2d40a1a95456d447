// UIDs of the templates that Karmada divides, by app: by them it breaks ties, so that whoever forecasts with them comes to the same
// division. They are made anew by every `up`.

import type { Plan } from '../../model/plan.ts'
import { clientsFor } from './clients.ts'
import { layoutOf } from './layout.ts'
import { readState } from './state.ts'
import { copiesOf } from './telling/copies.ts'

interface Bindings {
  readonly items: readonly {
    readonly spec?: {
      readonly resource?: {
        readonly kind: string
        readonly name: string
        readonly namespace?: string
        readonly uid?: string
      }
    }
  }[]
}

export async function templateUids(plan: Plan, folder: string): Promise<Readonly<Record<string, string>>> {
  const state = readState(folder)
  if (state === undefined) return {}
  const layout = layoutOf(plan, state.only)
  const copies = copiesOf(plan, new Set(layout.clusters.map(({ owner }) => owner.name)))
  const clients = clientsFor(folder, () => state.ports)
  const uids: Record<string, string> = {}
  try {
    for (const { owner } of layout.federations) {
      const found = await clients.of(owner).get<Bindings>('/apis/work.karmada.io/v1alpha2/resourcebindings')
      for (const { spec } of found?.items ?? []) {
        const { kind, name, namespace, uid } = spec?.resource ?? {}
        const copy = copies.find(
          ({ federation, workload, namespace: home }) =>
            federation === owner.name && workload?.kind === kind && workload?.name === name && home === namespace,
        )
        if (copy !== undefined && uid !== undefined) uids[copy.app] = uid
      }
    }
  } finally {
    clients.close()
  }
  return uids
}
