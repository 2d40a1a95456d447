// The way back after a member was lost, as commands: nothing goes back by itself. Where groups are ordered, Karmada never tries again one
// that it has left, not even when it is asked to schedule afresh; only under a new name. Done plainly that is break before make: so the
// copy that stood in is given an eviction task, which keeps it until the first one is healthy.
// Source: Karmada v1.18.2, pkg/scheduler/scheduler.go:618-681, pkg/scheduler/helper.go:66-110; run against it, see docs.

import type { App, Placement } from '../../model/fleet.ts'
import type { KubernetesObject } from '../artefact.ts'
import { mainWorkload } from '../workloads/carry.ts'

export interface FailbackStep {
  readonly title: string
  readonly commands: readonly string[]
}

export interface StandIn {
  readonly cluster: string
  readonly replicas: number
}

/** `kubectl` as it is called against the API of Karmada, such as `kubectl --kubeconfig karmada.kubeconfig`. */
export function failbackSteps(
  app: App,
  placement: Placement,
  templates: readonly KubernetesObject[],
  standIns: readonly StandIn[],
  kubectl: string,
): readonly FailbackStep[] {
  const main = mainWorkload(templates)
  if (main === undefined || placement.federation === undefined) return []
  const { namespace, groups } = placement
  const { kind, apiVersion, metadata } = main
  const binding = `${metadata.name.replaceAll(':', '.')}-${kind.toLowerCase()}`
  const on = `${kubectl} --namespace ${namespace}`
  const watch = `${on} get resourcebinding ${binding} --watch --output custom-columns=CLUSTERS:.spec.clusters,LEAVING:.spec.gracefulEvictionTasks`
  if (groups === undefined)
    return [divideAgain(app, { kind, apiVersion, name: metadata.name }, namespace, kubectl, watch)]
  const names = groups.map(({ name }, index) => ({
    op: 'replace',
    path: `/spec/placement/clusterAffinities/${index}/affinityName`,
    value: renamed(name),
  }))
  const tasks = standIns.map(({ cluster, replicas }) => ({
    fromCluster: cluster,
    replicas,
    reason: 'FailBack',
    producer: 'skerry',
    purgeMode: 'Gracefully',
  }))
  return [
    {
      title: `Hold the scheduler off ${metadata.name}, so that it does not act between the next two steps`,
      commands: [
        `${on} patch resourcebinding ${binding} --type merge --patch '${JSON.stringify({ spec: { suspension: { scheduling: true } } })}'`,
      ],
    },
    {
      title: `Rename the groups: ${groups.map(({ name }) => `${name} becomes ${renamed(name)}`).join(', ')}. Rename them in the placement of ${app.name} too, or the next reconciliation takes the names back`,
      commands: [`${on} patch propagationpolicy ${app.name} --type json --patch '${JSON.stringify(names)}'`],
    },
    {
      title: `In one patch: let it schedule, forget who holds it now, and keep ${standIns.map(({ cluster }) => cluster).join(' and ')} until the first group is healthy`,
      commands: [
        `${on} patch resourcebinding ${binding} --type merge --patch '${JSON.stringify({ spec: { suspension: null, clusters: [], gracefulEvictionTasks: tasks } })}'`,
        watch,
      ],
    },
  ]
}

/** home becomes home-2, home-2 becomes home-3: a name that was never left. */
export function renamed(name: string): string {
  const [, stem = name, number] = /^(.*?)(?:-(\d+))?$/.exec(name) ?? []
  return `${stem}-${Number(number ?? '1') + 1}`
}

/** Without groups every member is tried each time: asking once is enough. */
function divideAgain(
  app: App,
  workload: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  namespace: string,
  kubectl: string,
  watch: string,
): FailbackStep {
  const rebalancer = {
    apiVersion: 'apps.karmada.io/v1alpha1',
    kind: 'WorkloadRebalancer',
    metadata: { name: `${app.name}-failback` },
    spec: { workloads: [{ ...workload, namespace }], ttlSecondsAfterFinished: 3_600 },
  }
  return {
    title: `Divide ${workload.name} anew over all members that are well`,
    commands: [`echo '${JSON.stringify(rebalancer)}' | ${kubectl} apply --server-side --filename -`, watch],
  }
}
