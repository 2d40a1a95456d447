// The arithmetic of a rolling update: how many pods may be missing, how many there may be besides, and how far it gets with a version
// whose pods end once they have been ready. Kubernetes v1.36.3 pkg/controller/deployment/rolling.go and util/deployment_util.go
// (ResolveFenceposts, NewRSNewReplicas); pkg/controller/statefulset/stateful_set_control.go.

import type { Copy } from '../state.ts'

export interface RollingUpdate {
  /** Pods that may be missing. */
  readonly down: number
  /** Pods that there may be besides. */
  readonly surge: number
}

/** A quarter of each, down and up, unless the Deployment says otherwise; with Recreate all go first. */
export function updateOf({ replicas, app, stateful, assignment }: Copy): RollingUpdate {
  // one ordinal at a time, the last one first
  if (stateful) return { down: Math.min(1, replicas), surge: 0 }
  const placement =
    app.placement.find(({ site, federation }) =>
      assignment.federation === undefined ? site === assignment.site : federation === assignment.federation,
    ) ?? app.placement[0]
  const strategy = placement?.manifests
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ object }) => (object as { spec?: { strategy?: Strategy } }).spec?.strategy)
    .find((one) => one !== undefined)
  if (strategy?.type === 'Recreate') return { down: replicas, surge: 0 }
  const { maxUnavailable = '25%', maxSurge = '25%' } = strategy?.rollingUpdate ?? {}
  const down = counted(maxUnavailable, replicas, Math.floor)
  const surge = counted(maxSurge, replicas, Math.ceil)
  // a rolling update that may neither spare nor add a pod could not begin
  return { down: Math.min(down === 0 && surge === 0 ? 1 : down, replicas), surge }
}

interface Strategy {
  readonly type?: string
  readonly rollingUpdate?: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string }
}

const counted = (said: number | string, of: number, round: (value: number) => number): number =>
  typeof said === 'number' ? said : round((Number.parseFloat(said) / 100) * of + (round === Math.floor ? 1e-9 : -1e-9))

/**
 * How many pods are left of a version whose pods end as long after they were ready as they took to be: two starts after it came, and three,
 * where there is a third. At once `down` old ones go, and `down + surge` new ones come; once ready, these let as many old ones go, and as many
 * new ones come in their turn. The first end before those are ready, and count as unavailable from then on: no further old pod may go.
 */
export function crashingLeft(replicas: number, { down, surge }: RollingUpdate): readonly number[] {
  const first = Math.min(replicas, down + surge)
  const second = Math.min(first, replicas - first)
  const old = Math.max(0, replicas - down - first)
  return second === 0 ? [old] : [old + second, old]
}
