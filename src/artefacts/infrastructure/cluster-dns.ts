// Cluster DNS kept on nodes of the Region, where EKS does not look after it as an add-on (then its stack says so). The Deployment is
// somebody else's: only these fields of it are applied, and it stays when the Kustomization goes.

import type { Plan, PlannedStep } from '../../model/plan.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, Overlay, Target } from '../bundle.ts'
import { addonSteps, textAt, valueAt } from './steps.ts'

const name = 'cluster-dns'
const namespace = 'kube-system'

export function clusterDnsBundle(plan: Plan): Bundle | undefined {
  const steps = addonSteps(plan, 'coredns-placement').filter(({ step }) => step.intent.by === 'a patch')
  const [first] = steps
  if (first === undefined) return undefined
  const overlays = new Map<string, Overlay>()
  const targets = steps.map(({ step: { intent }, cluster, directory }): Target => {
    const overlay = cluster.class ?? directory
    const patches = [{ file: 'coredns-patch.yaml', objects: [apart(intent)] }]
    if (!overlays.has(overlay)) overlays.set(overlay, { name: overlay, patches, extra: [] })
    return { cluster: cluster.name, ...(cluster.class !== undefined && { class: cluster.class }), overlay, values: {} }
  })
  return {
    name,
    layer: 'infrastructure',
    namespace,
    base: [{ file: 'coredns.yaml', objects: [placed(first.step.intent)] }],
    overlays: [...overlays.values()],
    targets,
    needs: [],
  }
}

type Intent = PlannedStep['intent']

/** As EKS labels it: a selector can never be changed, so it must be the same. */
const labels = { 'eks.amazonaws.com/component': 'coredns', 'k8s-app': 'kube-dns' }

const placed = (intent: Intent): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: textAt(intent.deployment),
    namespace,
    annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled', 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' },
  },
  spec: {
    replicas: Number(intent.replicas),
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { nodeSelector: intent.nodeSelector, containers: [{ name: 'coredns' }] },
    },
  },
})

/** On two nodes where there are two: where there is one, a rule would leave the second replica nowhere. */
function apart(intent: Intent): KubernetesObject {
  const term = {
    labelSelector: { matchLabels: { 'k8s-app': labels['k8s-app'] } },
    topologyKey: textAt(intent.podAntiAffinity, 'topologyKey'),
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: textAt(intent.deployment), namespace },
    spec: {
      template: {
        spec: {
          affinity: {
            podAntiAffinity:
              valueAt(intent.podAntiAffinity, 'required') === true
                ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
                : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
          },
        },
      },
    },
  }
}
