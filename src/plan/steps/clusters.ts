// Clusters: one control plane each. A workload cluster of EKS Anywhere is made by its management cluster, so that one must run first;
// a cluster that exists already is only looked at.

import type { Cluster } from '../../model/fleet.ts'
import { counted } from '../../model/words.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { onePerZone } from '../subnets.ts'
import { controlPlaneReplicas, groundworkOf, isSelfMade, roleOf, sparesOf } from './on-premises.ts'

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
  // a cluster may name itself: it manages itself then
  const manager = isSelfMade(cluster) ? undefined : cluster.eksAnywhere?.managementCluster
  const managing = ground.find.cluster(manager)
  const where = cluster.at ?? region
  // its Cluster lies in Git, and the Flux of the cluster that makes it applies it
  const byFlux = managing !== undefined && ground.byFlux(managing)
  return {
    id: idOf.cluster(name),
    kind: 'cluster.create',
    title: existing
      ? `The cluster ${name} is there${cluster.existing?.context === undefined ? '' : `, by the context ${cluster.existing.context}`}`
      : `Create ${words[kind]} ${name}${shapeText(ground, cluster)}, Kubernetes ${version}${where === undefined ? '' : `, ${cluster.at === undefined ? 'in' : 'at'} ${where}`}${byFlux ? ', by Flux' : ''}`,
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
      ...(byFlux ? [idOf.gitops(managing.name)] : []),
      ...groundworkOf(cluster),
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
          title: `Delete the cluster ${name}${kind === 'eks' || kind === 'eksOutpost' ? ' and its role, policies detached first' : isSelfMade(cluster) ? ', from an admin machine' : `, by ${manager}`}`,
        },
    existing,
    ...(kind === 'eks' && { expected: controlPlaneTime }),
    origin: cluster.origin,
    ...(manager !== undefined && { field: 'eksAnywhere/managementCluster' }),
  }
}

const providers = {
  vsphere: 'vSphere',
  bareMetal: 'bare metal',
  cloudStack: 'CloudStack',
  nutanix: 'Nutanix',
  snow: 'Snow',
  docker: 'Docker',
} as const

/** Each provider of EKS Anywhere is one of Cluster API: https://anywhere.eks.amazonaws.com/docs/concepts/architecture/ */
const clusterApiProviders = {
  vsphere: 'vsphere',
  bareMetal: 'tinkerbell',
  cloudStack: 'cloudstack',
  nutanix: 'nutanix',
  snow: 'snow',
  docker: 'docker',
} as const

/** What a person wants to know of a cluster on premises before it is made. */
function shapeText(ground: Ground, cluster: Cluster): string {
  const { eksAnywhere } = cluster
  if (eksAnywhere === undefined) return ''
  const { provider, singleNode, boot, endpoint } = eksAnywhere
  const size = singleNode ? 'single node' : counted(controlPlaneReplicas(eksAnywhere), 'control-plane node')
  const words = [
    roleOf(ground, cluster),
    providers[provider],
    boot === undefined ? size : `${size} by ${boot.toUpperCase()}`,
    ...(endpoint === undefined ? [] : [`API at ${endpoint}`]),
  ]
  return ` (${words.join(', ')})`
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
        packageConfig: _____,
        owner: ___,
        backup: ____,
        upgrade,
        upgradeWindow,
        datacenter,
        machine,
        ...declared
      } = cluster.eksAnywhere
      const { controlPlane, etcd, singleNode, managementCluster } = declared
      const managing = isSelfMade(cluster) ? undefined : ground.find.cluster(managementCluster)
      const spareMachines = sparesOf(ground, cluster)
      return {
        ...declared,
        by: managing === undefined ? 'adminMachine' : ground.byFlux(managing) ? 'flux' : 'managementCluster',
        role: roleOf(ground, cluster),
        // whose controllers the management cluster runs to make machines
        clusterApiProvider: clusterApiProviders[declared.provider],
        datacenter: datacenter as Values,
        machine: machine as Values,
        controlPlane: { instance: controlPlane?.instance, replicas: controlPlaneReplicas(declared) },
        // on the nodes of the control plane, unless it has machines of its own
        etcd: etcd === undefined ? { stacked: true } : { stacked: false, replicas: etcd.replicas },
        upgrades: {
          // one machine has no second one to move to; only bare metal upgrades in place
          strategy:
            upgrade?.strategy ?? (singleNode && declared.provider === 'bareMetal' ? 'inPlace' : 'rollingUpdate'),
          maxSurge: upgrade?.maxSurge,
          maxUnavailable: upgrade?.maxUnavailable,
          spareMachines: spareMachines === 0 ? undefined : spareMachines,
          window: upgradeWindow,
        },
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
