// Autoscaling: figures to go by, somebody who measures, bounds that can be kept, and one hand on the number of replicas.

import type { Hit, Rule } from '../../model/finding.ts'
import type { App, Cluster, Fleet, Manifest } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { federatedPlacements } from '../federation.ts'
import { at, containersOf, nameOf } from '../manifest.ts'
import { subjects } from '../subjects.ts'
import { federated } from './federation-example.ts'

const hpaGuide = 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/'
const metricsServer = 'metrics-server'

const app = (rest: string) =>
  yaml`
  ---
  kind: App
  metadata: { name: game }
  source: { image: registry.example.com/game:1.0.0 }
  placement: [{ site: oregon }]
`.concat(rest)

const withMetrics =
  'clusters: [{ name: oregon, network: main, eks: { version: "1.35", addons: [vpc-cni, coredns, kube-proxy, metrics-server] } }]\n'

const requests: Rule = {
  code: 'HPA001',
  severity: 'error',
  title: 'An app that scales by CPU says how much CPU each replica asks for',
  why: 'The target is a share of the request: without one the autoscaler knows no share and does nothing.',
  sources: [hpaGuide],
  example: {
    wrong: withMetrics + app('autoscale: { min: 1, max: 4 }\n'),
    right: withMetrics + app('autoscale: { min: 1, max: 4 }\nresources: { cpu: 0.25 }\n'),
  },
  check: (fleet) =>
    fleet.apps.flatMap((it): Hit[] => {
      if (it.autoscale === undefined || it.resources?.cpu !== undefined) return []
      const hit = { origin: it.origin, field: 'autoscale', fix: 'say resources: { cpu: … } of one replica' }
      const written = it.placement.flatMap(({ manifests }) => manifests).filter((one) => containersOf(one).length > 0)
      if (it.source.chart !== undefined)
        return [
          {
            ...hit,
            severity: 'warning',
            found: 'goes by CPU, and skerry does not see whether the chart asks for any',
            fix: `${hit.fix}, or see that the chart's values ask for CPU, and accept this`,
          },
        ]
      const bare = written.filter((one) => !asksForCpu(one))
      if (written.length > 0 && bare.length === 0) return []
      const [first] = bare
      return [
        {
          ...hit,
          found:
            first === undefined
              ? 'goes by CPU, and resources.cpu is not said'
              : `goes by CPU, and ${nameOf(first)} asks for none`,
        },
      ]
    }),
}

/** Every container, for the share is that of the whole pod. */
const asksForCpu = (manifest: Manifest): boolean =>
  containersOf(manifest).every(
    ({ field }) =>
      field.includes('/initContainers/') ||
      at(manifest.object, ...field.split('/').slice(0, -1), 'resources', 'requests', 'cpu') !== undefined,
  )

const bounds: Rule = {
  code: 'HPA002',
  severity: 'error',
  title: 'An autoscaler has a least of 1 or more and a most that is no less',
  why: 'Kubernetes refuses a most below the least, and 0 takes a metric from outside the pods: of no pods there is no CPU to measure.',
  sources: [hpaGuide, 'https://kubernetes.io/blog/2026/09/02/kubernetes-v1-37-hpa-scale-to-zero-beta/'],
  example: {
    wrong: withMetrics + app('autoscale: { min: 4, max: 2 }\nresources: { cpu: 0.25 }\n'),
    right: withMetrics + app('autoscale: { min: 2, max: 4 }\nresources: { cpu: 0.25 }\n'),
  },
  check: (fleet) =>
    fleet.apps.flatMap(({ autoscale, origin }): Hit[] => {
      if (autoscale === undefined) return []
      const { min, max } = autoscale
      if (min === 0)
        return [{ origin, field: 'autoscale/min', found: 'is 0, and the measure is CPU', fix: 'use 1 or more' }]
      return max < min
        ? [{ origin, field: 'autoscale/max', found: `is ${max}, below min, ${min}`, fix: `use ${min} or more` }]
        : []
    }),
}

const measured: Rule = {
  code: 'HPA003',
  severity: 'error',
  title: 'Where an app scales by CPU, metrics-server measures it',
  why: 'Neither EKS nor EKS Anywhere brings metrics-server along; without it an autoscaler has no figures and keeps the number as it is.',
  sources: [
    'https://docs.aws.amazon.com/eks/latest/userguide/metrics-server.html',
    'https://anywhere.eks.amazonaws.com/docs/packages/metrics-server/',
    source.seedPortfolio,
  ],
  seeds: [66],
  example: {
    wrong: app('autoscale: { min: 1, max: 4 }\nresources: { cpu: 0.25 }\n'),
    right: withMetrics + app('autoscale: { min: 1, max: 4 }\nresources: { cpu: 0.25 }\n'),
  },
  check: (fleet) => {
    const asking = new Map<Cluster, App>()
    const ask = (cluster: Cluster | undefined, by: App): void => {
      if (cluster !== undefined && !asking.has(cluster)) asking.set(cluster, by)
    }
    for (const { app: by, site, cluster } of subjects(fleet).copies)
      if (by.autoscale !== undefined) ask(cluster ?? lookup(fleet).cluster(site.cluster), by)
    for (const { app: by, eligible } of federatedPlacements(fleet))
      if (by.autoscale !== undefined) for (const member of eligible) ask(member, by)
    if (asking.size === 0) return []
    const brought = broughtTo(fleet)
    return [...asking].flatMap(([cluster, by]): Hit[] => {
      const place = placeOf(cluster)
      if (place === undefined || place.has.includes(metricsServer) || brought.has(cluster.name)) return []
      return [
        {
          origin: cluster.origin,
          field: place.field,
          found: `have no ${metricsServer}, for ${by.name}, which scales`,
          fix: `add ${metricsServer} to ${place.field.replace('/', '.')}`,
        },
      ]
    })
  },
}

function placeOf({ eks, eksOutpost, eksAnywhere }: Cluster) {
  if (eks !== undefined) return { field: 'eks/addons', has: eks.addons }
  if (eksOutpost !== undefined) return { field: 'eksOutpost/addons', has: eksOutpost.addons }
  if (eksAnywhere !== undefined) return { field: 'eksAnywhere/packages', has: eksAnywhere.packages }
  // of a cluster that exists nobody says what runs on it
  return undefined
}

/** Clusters to which an app of the fleet brings it. */
function broughtTo(fleet: Fleet): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { app: one, placement, cluster } of subjects(fleet).copies)
    if (
      cluster !== undefined &&
      (one.source.chart?.name === metricsServer || placement.manifests.some(({ name }) => name === metricsServer))
    )
      found.add(cluster.name)
  return found
}

const oneHand: Rule = {
  code: 'HPA004',
  severity: 'error',
  title: 'One hand sets the number of replicas',
  why: 'Two autoscalers of one workload, or an autoscaler of the federation over members that keep their own number, work against each other.',
  sources: [hpaGuide, `${source.KMD}: pkg/resourceinterpreter/default/native/retain.go:145-163`],
  example: {
    wrong: federatedScaled('retainReplicas: true'),
    right: federatedScaled(''),
  },
  check: (fleet) =>
    fleet.apps.flatMap((it): Hit[] => {
      if (it.autoscale === undefined) return []
      const brought = new Set(it.placement.flatMap(({ manifests }) => manifests))
      const fromFiles = [...brought]
        .filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'FederatedHPA')
        .map(
          (manifest): Hit => ({
            origin: manifest.origin,
            found: `is ${nameOf(manifest)}, and ${it.name} says autoscale as well`,
            fix: 'keep one of the two',
          }),
        )
      const kept = it.placement.flatMap((placement): Hit[] =>
        placement.federation !== undefined && placement.retainReplicas === true
          ? [
              {
                origin: placement.origin,
                field: 'retainReplicas',
                found: 'is true, so that members do not follow the autoscaler of the federation',
                fix: 'take it out; or take autoscale out, and bring a HorizontalPodAutoscaler along for each member',
              },
            ]
          : [],
      )
      return [...fromFiles, ...kept]
    }),
}

function federatedScaled(placement: string): string {
  const text = federated({ placement, app: ['autoscale: { min: 2, max: 6 }', 'resources: { cpu: 0.25 }'] })
  return text.replaceAll(
    /(name: (?:west|east), network: \w+, eks: \{ version: "1.35")/g,
    '$1, addons: [vpc-cni, metrics-server]',
  )
}

const scaledPool = (bounds: string): string =>
  `sites: [{ name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: n, kind: managed, instanceTypes: [m5.large], replicas: 2, autoscaling: ${bounds} }] }]
---
kind: App
metadata: { name: scaler }
source: { chart: { repository: "https://kubernetes.github.io/autoscaler", name: cluster-autoscaler, version: 9.56.0 } }
placement: [{ site: oregon, namespace: kube-system }]
`

const pools: Rule = {
  code: 'HPA005',
  severity: 'error',
  title: 'Bounds of a pool on EC2 hold its count, and a cluster autoscaler is there for them',
  why: 'An Auto Scaling group refuses a count outside its bounds; and without the chart nobody reads them.',
  sources: [
    'https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html',
    'https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md',
  ],
  example: { wrong: scaledPool('{ min: 3, max: 6 }'), right: scaledPool('{ min: 1, max: 6 }') },
  check: (fleet) => {
    const find = lookup(fleet)
    return fleet.pools.flatMap(({ origin, kind, cluster, replicas, autoscaling }): Hit[] => {
      if (autoscaling === undefined || (kind !== 'managed' && kind !== 'selfManaged')) return []
      const { min, max } = autoscaling
      if (replicas < min || replicas > max)
        return [
          {
            origin,
            field: 'autoscaling',
            found: `is ${min} to ${max}, with ${replicas} replicas`,
            fix: 'put replicas between the two',
          },
        ]
      const scales = find
        .sitesOf(cluster ?? '')
        .some((site) => find.placementsAt(site.name).some(({ app }) => app.source.chart?.name === 'cluster-autoscaler'))
      if (scales) return []
      return [
        {
          origin,
          field: 'autoscaling',
          severity: 'warning',
          found: `has bounds, and no app brings the chart cluster-autoscaler to ${cluster}`,
          fix: 'bring it as an app in kube-system; skerry makes its role and the tags of its groups',
        },
      ]
    })
  },
}

export const autoscalingRules: readonly Rule[] = [requests, bounds, measured, oneHand, pools]
