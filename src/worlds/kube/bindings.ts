// What Karmada holds where: a ResourceBinding, as those read it who tell people of their apps.

import { at, itemsAt } from '../../artefacts/workloads/fields.ts'
import type { KubeObject } from './client.ts'

/** What Karmada has divided over its members. */
export interface Held {
  readonly app: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly wanted: number
  readonly targets: readonly { readonly name: string; readonly replicas: number }[]
  /** Members that it is being evicted from. */
  readonly leaving: readonly string[]
  /** Somebody, as a failback does, keeps the scheduler off it. */
  readonly held: boolean
}

/** A policy is named after its app. */
export const policyName = 'propagationpolicy.karmada.io/name'

export function heldOf(binding: KubeObject): Held {
  const resource = (field: string): string => String(at(binding, 'spec', 'resource', field) ?? '')
  return {
    app: String(at(binding, 'metadata', 'annotations', policyName) ?? resource('name')),
    namespace: binding.metadata.namespace ?? 'default',
    kind: resource('kind'),
    name: resource('name'),
    wanted: Number(at(binding, 'spec', 'replicas') ?? 0),
    targets: itemsAt(binding, 'spec', 'clusters')
      .map((target) => ({ name: String(at(target, 'name')), replicas: Number(at(target, 'replicas') ?? 0) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    leaving: itemsAt(binding, 'spec', 'gracefulEvictionTasks').map((task) => String(at(task, 'fromCluster'))),
    held: at(binding, 'spec', 'suspension', 'scheduling') === true,
  }
}
