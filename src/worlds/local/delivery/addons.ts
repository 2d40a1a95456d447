// Add-ons that the plan counts on and that no artefact brings: what stands in for them here, by cluster. All of them are Deployments that
// KWOK runs, with the names, places and replicas of the real ones, so that what waits for them is satisfied and what is lost with their
// nodes is seen.

import type { Plan, PlannedStep } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import { controllerName, controllerNamespace, controllerObjects, textOf } from './controller.ts'

export const dnsPlacement = 'coredns-placement'

export function addonsOf(plan: Plan): ReadonlyMap<string, readonly KubeObject[]> {
  const found = new Map<string, KubeObject[]>()
  for (const step of plan.steps) {
    if (step.kind !== 'addon' || step.change === 'remove') continue
    const cluster = step.subject.cluster ?? ''
    found.set(cluster, [...(found.get(cluster) ?? []), ...objectsFor(step)])
  }
  return found
}

function objectsFor({ subject, intent }: PlannedStep): readonly KubeObject[] {
  if (subject.addon === controllerName && intent.by !== 'flux') {
    const release = typeof intent.releaseName === 'string' ? intent.releaseName : controllerName
    return controllerObjects(release, textOf(intent.serviceAccount, 'name') ?? controllerName)
  }
  return subject.addon === dnsPlacement ? [clusterDns(intent)] : []
}

/** With the labels that EKS gives it: a selector can never be changed. */
function clusterDns(intent: PlannedStep['intent']): KubeObject {
  const labels = { 'eks.amazonaws.com/component': 'coredns', 'k8s-app': 'kube-dns' }
  const term = {
    labelSelector: { matchLabels: { 'k8s-app': labels['k8s-app'] } },
    topologyKey: textOf(intent.podAntiAffinity, 'topologyKey') ?? 'kubernetes.io/hostname',
  }
  const required = (intent.podAntiAffinity as { readonly required?: boolean } | undefined)?.required === true
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: String(intent.deployment ?? 'coredns'), namespace: controllerNamespace, labels },
    spec: {
      replicas: Number(intent.replicas ?? 2),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: intent.nodeSelector,
          affinity: {
            podAntiAffinity: required
              ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
              : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
          },
          containers: [{ name: 'coredns', image: 'public.ecr.aws/eks/coredns:stand-in' }],
        },
      },
    },
  }
}
