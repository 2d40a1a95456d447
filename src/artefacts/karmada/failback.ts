// The way back after a member was lost, as actions in order: nothing goes back by itself. Everything is made before it is broken: the
// scheduler is held off, the copies at home are started beside those that stand in, and only when they are ready are the others let go.
// Where groups are ordered, Karmada never tries again one that it has left, not even when it is asked to schedule afresh; only under a new
// name. There the copy that stood in is given an eviction task, which keeps it until the first one is healthy.
// Source: Karmada v1.18.2, pkg/scheduler/scheduler.go:395-469 and 618-681, pkg/scheduler/helper.go:66-110; run against it, see the engine tests.

import { listed } from '../../model/words.ts'
import type { Target } from '../../schedule/binding.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Fields } from '../workloads/fields.ts'

/** What is to go back: one workload of an app. */
export interface WayBack {
  readonly app: string
  readonly namespace: string
  readonly workload: { readonly apiVersion: string; readonly kind: string; readonly name: string }
  /** The names of its groups of members, in order; none where all members are tried each time. */
  readonly groups: readonly string[]
  /** Where it is now, and where it belongs. */
  readonly now: readonly Target[]
  readonly home: readonly Target[]
}

export type FailbackAction = { readonly title: string } & (
  | { readonly kind: 'patchBinding'; readonly patch: Fields }
  /** The names of the groups in its policy; the binding must have them before the next action. */
  | { readonly kind: 'renameGroups'; readonly names: readonly string[] }
  /** Made anew where one of that name is there from an earlier time: it acts once. */
  | { readonly kind: 'create'; readonly object: KubernetesObject }
  /** Every copy at home; or those at home alone, as many as are wanted. */
  | { readonly kind: 'await'; readonly what: 'readyAtHome' | 'aloneAtHome' }
)

export interface FailbackStep {
  readonly title: string
  readonly commands: readonly string[]
}

export function failbackActions(way: WayBack): readonly FailbackAction[] {
  const { workload, groups, now, home } = way
  const standIns = now.filter(({ name }) => !home.some((target) => target.name === name))
  const hold: FailbackAction = {
    kind: 'patchBinding',
    title: `Hold the scheduler off ${workload.name}, so that it does not act in between`,
    patch: { spec: { suspension: { scheduling: true } } },
  }
  const alone: FailbackAction = {
    kind: 'await',
    what: 'aloneAtHome',
    title: `Wait until it runs at ${whereText(home)} alone`,
  }
  // let go on before, by a failback that was cut off
  if (groups.length > 0 && standIns.length === 0) return [alone]
  if (groups.length > 0)
    return [
      hold,
      {
        kind: 'renameGroups',
        title: `Rename the groups: ${groups.map((name) => `${name} becomes ${renamed(name)}`).join(', ')}; taken back by a reconciliation later, that changes nothing any more`,
        names: groups.map(renamed),
      },
      {
        kind: 'patchBinding',
        title: `In one patch: let it schedule, forget who holds it now, and keep ${listed(standIns.map(({ name }) => name))} until home is healthy`,
        patch: {
          spec: {
            suspension: null,
            clusters: [],
            gracefulEvictionTasks: standIns.map(({ name: fromCluster, replicas }) => ({
              fromCluster,
              replicas,
              reason: 'FailBack',
              producer: 'skerry',
              purgeMode: 'Gracefully',
            })),
          },
        },
      },
      alone,
    ]
  return [
    hold,
    {
      kind: 'patchBinding',
      title: `Start the copies at home beside those that run: ${whereText(together(now, home))}`,
      patch: { spec: { clusters: together(now, home) } },
    },
    { kind: 'await', what: 'readyAtHome', title: `Wait until all of ${whereText(home)} are ready` },
    {
      kind: 'create',
      title: `Ask Karmada to divide ${workload.name} anew over all members that are well`,
      object: {
        apiVersion: 'apps.karmada.io/v1alpha1',
        kind: 'WorkloadRebalancer',
        metadata: { name: `${way.app}-failback` },
        spec: { workloads: [{ ...workload, namespace: way.namespace }], ttlSecondsAfterFinished: 3_600 },
      },
    },
    { kind: 'patchBinding', title: 'Let the scheduler act', patch: { spec: { suspension: null } } },
    alone,
  ]
}

/** What puts everything back as it was, when home does not become ready. */
export const failbackUndone = ({ now }: WayBack): Fields => ({ spec: { suspension: null, clusters: now } })

/** `kubectl` as it is called against the API of Karmada, such as `kubectl --kubeconfig karmada.kubeconfig`. */
export const failbackSteps = (way: WayBack, kubectl: string): readonly FailbackStep[] =>
  failbackActions(way).map((action) => ({ title: action.title, commands: commandsOf(action, way, kubectl) }))

function commandsOf(action: FailbackAction, way: WayBack, kubectl: string): readonly string[] {
  const on = `${kubectl} --namespace ${way.namespace}`
  const binding = bindingOf(way.workload)
  switch (action.kind) {
    case 'patchBinding':
      return [`${on} patch resourcebinding ${binding} --type merge --patch '${JSON.stringify(action.patch)}'`]
    case 'renameGroups': {
      const operations = action.names.map((value, index) => ({
        op: 'replace',
        path: `/spec/placement/clusterAffinities/${index}/affinityName`,
        value,
      }))
      return [`${on} patch propagationpolicy ${way.app} --type json --patch '${JSON.stringify(operations)}'`]
    }
    case 'create': {
      const { kind, metadata } = action.object
      return [
        `${kubectl} delete ${kind.toLowerCase()} ${metadata.name} --ignore-not-found`,
        `echo '${JSON.stringify(action.object)}' | ${kubectl} create --filename -`,
      ]
    }
    case 'await':
      return [
        `${on} get resourcebinding ${binding} --watch --output custom-columns=CLUSTERS:.spec.clusters,LEAVING:.spec.gracefulEvictionTasks,READY:.status.aggregatedStatus[*].status.readyReplicas`,
      ]
  }
}

/** The name of the binding of a workload. Karmada v1.18.2, pkg/util/names/names.go:105-118. */
export const bindingOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  `${name.replaceAll(':', '.')}-${kind.toLowerCase()}`

/** home becomes home-2, home-2 becomes home-3: a name that was never left. */
export function renamed(name: string): string {
  const [, stem = name, number] = /^(.*?)(?:-(\d+))?$/.exec(name) ?? []
  return `${stem}-${Number(number ?? '1') + 1}`
}

function together(now: readonly Target[], home: readonly Target[]): readonly Target[] {
  const names = [...new Set([...now, ...home].map(({ name }) => name))].sort()
  const at = (targets: readonly Target[], name: string): number =>
    targets.find((target) => target.name === name)?.replicas ?? 0
  return names.map((name) => ({ name, replicas: Math.max(at(now, name), at(home, name)) }))
}

export const whereText = (targets: readonly Target[]): string =>
  targets.length === 0 ? 'nowhere' : listed(targets.map(({ name, replicas }) => `${name} (${replicas})`))
