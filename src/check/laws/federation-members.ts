// What happens on the members beside the decision of the scheduler: clusters that join later, namespaces, autoscalers, a second owner.

import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import { federatedPlacements, listed } from '../federation.ts'
import { subjects } from '../subjects.ts'
import { federated } from './federation-example.ts'

const newMembers: Rule = {
  code: 'KM023',
  severity: 'info',
  title: 'Replicas that are divided are divided anew when members join',
  why: 'Karmada divides when the placement or the number of replicas changes, not when a cluster joins or gets room: a new member stays empty until somebody asks for a rebalance.',
  sources: [`${source.KMD}: pkg/scheduler/scheduler.go:395-469`, 'karmada-io/karmada issue 4840'],
  seeds: [88],
  example: {
    wrong: federated({ placement: 'division: weighted, members: { matchLabels: { tier: web } }' }).replaceAll(
      /(name: (?:west|east), network: \w+), eks/g,
      '$1, labels: { tier: web }, eks',
    ),
    right: federated({ placement: 'division: duplicated, members: { matchLabels: { tier: web } }' }).replaceAll(
      /(name: (?:west|east), network: \w+), eks/g,
      '$1, labels: { tier: web }, eks',
    ),
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ placement, federation, division }): Hit[] => {
      const byLabels =
        placement.members?.matchLabels !== undefined ||
        placement.groups?.some(({ matchLabels }) => matchLabels !== undefined) === true ||
        (!Array.isArray(federation.members) &&
          placement.members?.clusters === undefined &&
          placement.groups === undefined)
      return byLabels && division !== 'duplicated' && placement.weights === undefined
        ? [
            {
              origin: placement.origin,
              field: placement.division === undefined ? 'replicas' : 'division',
              found: `is ${division}, over members chosen by label`,
              fix: 'apply a WorkloadRebalancer for it after a cluster has joined',
            },
          ]
        : []
    }),
}

const namespaces: Rule = {
  code: 'KM024',
  severity: 'info',
  title: 'The namespace of an app is only where the app is',
  why: 'Karmada makes every namespace on every member, whichever of them the placement chooses; a label on the namespace keeps it from that.',
  sources: [
    `${source.KMD}: pkg/controllers/namespace/namespace_sync_controller.go:70-180`,
    'karmada-io/karmada issue 2512',
  ],
  seeds: [89],
  example: {
    wrong: federated({ placement: 'members: { clusters: [west] }' }),
    right: federated({}),
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ placement, federation, eligible }): Hit[] => {
      const others = new Set(federation.memberClusters).size - eligible.length
      return eligible.length === 0 || others === 0
        ? []
        : [
            {
              origin: placement.origin,
              field: placement.groups === undefined ? 'members' : 'groups',
              found: `leave out ${others} ${others === 1 ? 'member' : 'members'}, which ${others === 1 ? 'gets' : 'get'} the namespace ${placement.namespace} all the same`,
              fix: 'label the namespace namespace.karmada.io/skip-auto-propagation: "true", and propagate it with the app',
            },
          ]
    }),
}

const autoscaled: Rule = {
  code: 'KM025',
  severity: 'warning',
  title: 'Members keep the replicas that an autoscaler sets',
  why: 'Karmada writes its own number back whenever the autoscaler of the member has changed it, and the two go on for ever.',
  sources: [`${source.KMD}: pkg/resourceinterpreter/default/native/retain.go:145-163`, 'karmada-io/karmada issue 1273'],
  seeds: [66],
  example: {
    wrong: `${federated({ source: '{ manifests: game.yaml }' })}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: game }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: game }, maxReplicas: 9 }
`,
    right: `${federated({ source: '{ manifests: game.yaml }', placement: 'retainReplicas: true' })}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: game }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: game }, maxReplicas: 9 }
`,
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ placement }): Hit[] =>
      placement.retainReplicas !== true && placement.manifests.some(({ kind }) => kind === 'HorizontalPodAutoscaler')
        ? [
            {
              origin: placement.origin,
              field: 'retainReplicas',
              found: 'is not said, and a HorizontalPodAutoscaler comes along',
              fix: 'say retainReplicas: true',
            },
          ]
        : [],
    ),
}

const oneOwner: Rule = {
  code: 'KM013',
  severity: 'warning',
  title: 'An app has one owner on each cluster: the federation, or its own placement there',
  why: 'Karmada leaves alone what it did not make, and Flux puts back what Karmada changed: whoever comes first wins, until the next time.',
  sources: [source.KMD, source.derived],
  example: {
    wrong: federated({}).replace('placement: [{', 'placement: [{ site: west }, {'),
    right: federated({}).replace('placement: [{', 'placement: [{ site: west, namespace: game-west }, {'),
  },
  check: (fleet) => {
    const { copies } = subjects(fleet)
    const placed = new Map<string, string>()
    for (const { app, placement, eligible, federation } of federatedPlacements(fleet))
      for (const { name } of eligible) placed.set(`${app.name} ${placement.namespace} ${name}`, federation.name)
    return placed.size === 0
      ? []
      : copies.flatMap(({ app, placement, site }): Hit[] => {
          const federation = placed.get(`${app.name} ${placement.namespace} ${site.cluster}`)
          return federation === undefined
            ? []
            : [
                {
                  origin: placement.origin,
                  found: `is placed there by ${federation} as well, in the namespace ${placement.namespace}`,
                  fix: 'keep one of the two, or give this one another namespace',
                },
              ]
        })
  },
}

const oneMinor: Rule = {
  code: 'EA021',
  severity: 'info',
  title: 'The members of a federation run one minor version of Kubernetes',
  why: 'All of EKS is built from EKS Distro, so that one version can be had everywhere; an object of a version that some members lack is not placed there.',
  sources: ['https://distro.eks.amazonaws.com/', `${source.KMD}: the filter APIEnablement`, source.seedPortfolio],
  seeds: [55],
  example: {
    wrong: yaml`
      clusters:
        - { name: oregon, network: main, eks: { version: "1.35", addons: [vpc-cni, aws-ebs-csi-driver] } }
        - { name: west, network: main, eks: { version: "1.35" } }
        - { name: east, network: east, eks: { version: "1.34" } }
      sites: [{ name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, replicas: 3 }] }]
      federations: [{ name: main, host: oregon, members: [west, east] }]
    `,
    right: federated({}),
  },
  check: (fleet) => {
    const version = new Map(fleet.clusters.map((cluster) => [cluster.name, cluster.version]))
    return fleet.federations.flatMap(({ origin, memberClusters }): Hit[] => {
      const versions = [...new Set(memberClusters.flatMap((name) => version.get(name) ?? []))].toSorted()
      return versions.length < 2
        ? []
        : [
            {
              origin,
              field: 'members',
              found: `run ${listed(versions)}`,
              fix: 'nothing while an upgrade is under way; else upgrade the older ones',
            },
          ]
    })
  },
}

export const federationMemberRules: readonly Rule[] = [newMembers, namespaces, autoscaled, oneOwner, oneMinor]
