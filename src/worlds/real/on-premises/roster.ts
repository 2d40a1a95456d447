// The Clusters of one management cluster, listed once for all who look at the same time: of 2,500 stores one asks, not each of them.

import { anywhereApi } from '../../../artefacts/eks-anywhere/api.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Floor } from './heard.ts'

export const clustersPath = `/apis/${anywhereApi}/namespaces/default/clusters`

export type Listed =
  /** Undefined: it does not know the kind. */
  { readonly clusters: ReadonlyMap<string, KubeObject> | undefined; readonly askedAt: number }

export interface Roster {
  /** What was asked for no earlier than then. */
  readonly since: (client: KubeClient, time: number) => Promise<Listed>
}

export function makeRoster({ ground, patience }: Floor): Roster {
  let last: { readonly at: number; readonly answer: Promise<Listed> } | undefined
  return {
    since: (client, time) => {
      const now = ground.now().getTime()
      const fresh = last !== undefined && last.at >= time && now - last.at < patience.everySeconds * 500
      if (last !== undefined && fresh) return last.answer
      const answer = list(client, now)
      const asked = { at: now, answer }
      last = asked
      answer.catch(() => {
        if (last === asked) last = undefined
      })
      return answer
    },
  }
}

async function list(client: KubeClient, askedAt: number): Promise<Listed> {
  const found = await client.get<{ readonly items: readonly KubeObject[] }>(clustersPath)
  if (found === undefined) return { clusters: undefined, askedAt }
  // items of a list bear no kind of their own
  const items = found.items.map((it) => ({ ...it, apiVersion: anywhereApi, kind: 'Cluster' }))
  return { clusters: new Map(items.map((it) => [it.metadata.name, it])), askedAt }
}
