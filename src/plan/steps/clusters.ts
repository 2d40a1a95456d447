// Clusters: one control plane each. A workload cluster of EKS Anywhere is made by its management cluster, so that one must run first;
// a cluster that exists already is only looked at.

import type { Cluster } from '../../model/fleet.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { onePerZone } from '../subnets.ts'

/** The founding facts' own figure (number 10) for the stack with network and control plane, waited for before the next. */
const controlPlaneTime = {
  minSeconds: 600,
  maxSeconds: 900,
  source: 'founding fact 10: 10 to 15 minutes for the control plane',
}

export function clusterSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.clusters.map((cluster) => clusterStep(ground, cluster))
}

function clusterStep(ground: Ground, cluster: Cluster): Draft {
  const { name, network, account, kind, region, version } = cluster
  const existing = kind === 'existing'
  const manager = cluster.eksAnywhere?.managementCluster
  const managing = ground.find.cluster(manager)
  const where = cluster.at ?? region
  return {
    id: idOf.cluster(name),
    kind: 'cluster.create',
    title: existing
      ? `The cluster ${name} is there${cluster.existing?.context === undefined ? '' : `, by the context ${cluster.existing.context}`}`
      : `Create ${words[kind]} ${name}, Kubernetes ${version}${where === undefined ? '' : `, ${cluster.at === undefined ? 'in' : 'at'} ${where}`}`,
    subject: {
      cluster: name,
      ...(network !== undefined && { network }),
      ...(account !== undefined && { account }),
      ...(cluster.at !== undefined && { site: cluster.at }),
    },
    needs: [
      ...(ground.find.network(network) === undefined ? [] : [idOf.network(network ?? '')]),
      ...(managing === undefined
        ? []
        : [idOf.cluster(managing.name), ...ground.ready(managing).filter((id) => id !== idOf.cluster(managing.name))]),
    ],
    intent: intentOf({
      name,
      kind,
      version,
      region,
      account,
      network,
      at: cluster.at,
      labels: cluster.labels,
      podTolerations: cluster.tolerations,
      ...ofKind(ground, cluster),
    }),
    inverse: existing
      ? { kind: 'keep', title: `${name} stays: it is not skerry's` }
      : {
          kind: 'cluster.delete',
          title: `Delete the cluster ${name}${kind === 'eks' || kind === 'eksOutpost' ? ' and its role, policies detached first' : ''}`,
        },
    existing,
    ...(kind === 'eks' && { expected: controlPlaneTime }),
    origin: cluster.origin,
    ...(manager !== undefined && { field: 'eksAnywhere/managementCluster' }),
  }
}

const words = {
  eks: 'the EKS cluster',
  eksOutpost: 'the local EKS cluster',
  eksAnywhere: 'the EKS Anywhere cluster',
  existing: 'the cluster',
} as const

type Values = Parameters<typeof intentOf>[0]

function ofKind(ground: Ground, cluster: Cluster): Values {
  switch (cluster.kind) {
    case 'eks': {
      if (cluster.eks === undefined) return {}
      const {
        version: _,
        subnets: __,
        kubectl: ___,
        loadBalancerController: ____,
        oidcProvider: _____,
        ...declared
      } = cluster.eks
      return { ...declared, subnets: controlPlaneSubnets(ground, cluster), identity: identities(ground, cluster) }
    }
    case 'eksOutpost': {
      if (cluster.eksOutpost === undefined) return {}
      const {
        version: _,
        subnets: __,
        loadBalancerController: ___,
        authentication: ____,
        ...declared
      } = cluster.eksOutpost
      return {
        ...declared,
        authentication: authenticationOf(cluster),
        subnets: controlPlaneSubnets(ground, cluster),
        identity: identities(ground, cluster),
      }
    }
    case 'eksAnywhere': {
      if (cluster.eksAnywhere === undefined) return {}
      const {
        version: _,
        packages: __,
        owner: ___,
        backup: ____,
        upgradeWindow: _____,
        datacenter,
        machine,
        ...declared
      } = cluster.eksAnywhere
      return {
        ...declared,
        datacenter: datacenter as Values,
        machine: machine as Values,
        role: declared.role ?? (declared.managementCluster === undefined ? 'standalone' : 'workload'),
      }
    }
    case 'existing':
      return {
        kubeconfig: cluster.existing?.kubeconfig,
        context: cluster.existing?.context,
        location: cluster.existing?.location,
      }
  }
}

/** As declared; else, where the place holds a control plane, private subnets before public ones, one in each zone. */
function controlPlaneSubnets(ground: Ground, cluster: Cluster): Values[string] {
  const subnets = ground.subnets(cluster.network).all
  const declared = cluster.eks?.subnets ?? cluster.eksOutpost?.subnets
  const fit = subnets.filter(
    (subnet) =>
      subnet.traits.holdsControlPlane.value &&
      (cluster.kind !== 'eksOutpost' || subnet.outpost === cluster.at || cluster.at === undefined) &&
      (subnet.outpost !== undefined) === (cluster.kind === 'eksOutpost'),
  )
  const chosen =
    declared === undefined
      ? onePerZone([...fit.filter((subnet) => !subnet.public), ...fit.filter((subnet) => subnet.public)])
      : declared.map((name) => subnets.find((subnet) => subnet.name === name) ?? { name, zone: null, public: null })
  return chosen.map(({ name, zone, public: isPublic }) => ({ name, zone, public: isPublic }))
}

/** How pods of the cluster get AWS credentials. */
function identities(ground: Ground, cluster: Cluster): readonly string[] {
  const addons = cluster.eks?.addons ?? cluster.eksOutpost?.addons ?? []
  return [
    ...(ground.oidc(cluster) ? ['oidc'] : []),
    ...(addons.includes('eks-pod-identity-agent') || ground.controller(cluster)?.identity === 'podIdentity'
      ? ['podIdentity']
      : []),
  ]
}

/** How nodes and people are known to the cluster. A local cluster on EBS knows the ConfigMap only. */
export function authenticationOf(cluster: Cluster): 'api' | 'apiAndConfigMap' | 'configMap' {
  return (
    cluster.eks?.authentication ??
    cluster.eksOutpost?.authentication ??
    (cluster.eksOutpost?.storage === 'ebs' ? 'configMap' : 'api')
  )
}
