// What Karmada is told about one copy of an app: which objects go where and in which number (the very placement that the plan and the twin
// asked the scheduler about), what is different on some members, and how the number follows the load.

import type { App, Federation, Placement } from '../../model/fleet.ts'
import { groupBy } from '../../model/group-by.ts'
import type { PlannedStep } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import { mayHold } from '../workloads/candidates.ts'
import { cpuMetric, mainWorkload } from '../workloads/carry.ts'
import type { Fields } from '../workloads/fields.ts'
import { at, fieldsAt, isNamespaced, podPath } from '../workloads/fields.ts'
import type { Member } from './members.ts'
import { autoscalingApi, policyApi } from './names.ts'
import { everywhereOf } from './tenancy.ts'

export interface Propagated {
  readonly ground: Ground
  readonly federation: Federation
  readonly members: readonly Member[]
  readonly app: App
  readonly placement: Placement
  readonly step: PlannedStep
  readonly templates: readonly KubernetesObject[]
}

/**
 * One policy for all objects of the copy: a Service that stayed behind would leave its pods alone. Where groups are ordered, what has no
 * pods goes to all of them from the start: its own scheduling knows nothing of an app that is unhealthy, and a load balancer that is
 * first made when it is needed is late.
 */
export function propagationPolicies(propagated: Propagated): readonly KubernetesObject[] {
  const { app, placement, step, templates, federation, members } = propagated
  const decided = at(step.intent, 'policy', 'placement')
  const apart = placement.groups === undefined ? [] : templates.filter((one) => podPath(one) === undefined)
  const along = templates.filter((one) => !apart.includes(one))
  const holders = members.filter(({ cluster, region }) => mayHold(placement, cluster, region))
  return [
    ...policiesFor(propagated, app.name, along, { placement: decided, ...decidedIn(step) }),
    ...policiesFor(propagated, `${app.name}-beside`, apart, {
      placement: everywhereOf(federation, holders),
      ...suspensionIn(step),
    }),
  ]
}

function policiesFor(
  { app }: Propagated,
  name: string,
  objects: readonly KubernetesObject[],
  decided: Fields,
): readonly KubernetesObject[] {
  const policy = (kind: string, selected: readonly KubernetesObject[], place: object): readonly KubernetesObject[] =>
    selected.length === 0
      ? []
      : [
          {
            apiVersion: policyApi,
            kind,
            metadata: { name, ...place },
            spec: {
              resourceSelectors: selected.map(selectorOf),
              // what a workload mounts or runs as goes with it
              propagateDeps: true,
              // an object that somebody else put on a member is theirs
              conflictResolution: 'Abort',
              ...(app.stateful && { preserveResourcesOnDeletion: true }),
              ...decided,
            },
          },
        ]
  // a policy selects in its own namespace only
  const inside = groupBy(objects.filter(isNamespaced), ({ metadata }) => metadata.namespace)
  return [
    ...[...inside].flatMap(([namespace, selected]) => policy('PropagationPolicy', selected, { namespace })),
    ...policy(
      'ClusterPropagationPolicy',
      objects.filter((one) => !isNamespaced(one)),
      {},
    ),
  ]
}

export const selectorOf = ({ apiVersion, kind, metadata: { name } }: KubernetesObject) => ({ apiVersion, kind, name })

/** Off a lost member, off one that lives but on which the app is not well; and who keeps what they have until they are let go on. */
function decidedIn(step: PlannedStep): Fields {
  const { failover } = fieldsAt(step.intent, 'policy')
  return { ...(failover !== undefined && { failover }), ...suspensionIn(step) }
}

function suspensionIn(step: PlannedStep): Fields {
  const { suspension } = fieldsAt(step.intent, 'policy')
  return suspension === undefined ? {} : { suspension }
}

/** It counts the pods of all members and changes the template, which Karmada divides: so no member keeps a number of its own here. */
export function federatedAutoscaler({ app, placement, templates }: Propagated): readonly KubernetesObject[] {
  const main = mainWorkload(templates)
  const { autoscale } = app
  if (autoscale === undefined || main === undefined) return []
  const { apiVersion, kind, metadata } = main
  return [
    {
      apiVersion: autoscalingApi,
      kind: 'FederatedHPA',
      metadata: { name: metadata.name, namespace: placement.namespace },
      spec: {
        scaleTargetRef: { apiVersion, kind, name: metadata.name },
        minReplicas: autoscale.min,
        maxReplicas: autoscale.max,
        metrics: [cpuMetric(autoscale.cpuPercent)],
      },
    },
  ]
}
