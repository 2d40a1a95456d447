// Node pools: nodes join, their role is mapped, and they are watched until every one is Ready. Nothing is installed before that.

import type { Cluster, NodePool, Site } from '../../model/fleet.ts'
import type { IntentValue } from '../../model/plan.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { dnsLabel, readyId } from '../ground.ts'
import { imageOf } from '../image.ts'
import { authenticationOf } from './clusters.ts'
import { carrierAddresses } from './networks.ts'
import { isControlPlanePool } from './on-premises.ts'

const nodesTime = { minSeconds: 300, maxSeconds: 300, source: 'founding fact 11: about 5 minutes for the nodes' }

export function poolSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.pools.flatMap((pool) => {
    const site = ground.find.site(pool.site)
    return site === undefined ? [] : poolOf(ground, pool, site, ground.find.cluster(pool.cluster))
  })
}

function poolOf(ground: Ground, pool: NodePool, site: Site, cluster: Cluster | undefined): readonly Draft[] {
  const id = idOf.pool(site.name, pool.name)
  const what = `${site.name}/${pool.name}`
  // nodes of a cluster that exists came with it
  const existing = cluster?.kind === 'existing'
  const network = ground.find.networkOf(site)
  const mapped = mapping(pool, cluster)
  const carrier = carrierAddresses(ground, pool)
  const controlPlane = cluster !== undefined && isControlPlanePool(ground, cluster, pool)
  // drained first they would take the API along that everything after them is deleted by
  const goesWithCluster = !existing && (controlPlane || cluster?.eksAnywhere?.singleNode === true)
  const several = ground.find.poolsOf(site.name).length > 1
  const subject = { site: site.name, pool: pool.name, ...(cluster !== undefined && { cluster: cluster.name }) }
  const join: Draft = {
    id,
    kind: 'pool.join',
    title: existing
      ? `${sized(pool)} at ${site.name} are part of ${cluster.name}`
      : controlPlane
        ? `Take ${sized(pool)} at ${site.name} for the control plane of ${cluster?.name}`
        : `Join ${sized(pool)}${several ? ` (${pool.name})` : ''} at ${site.name} to ${cluster?.name ?? 'no cluster'}`,
    subject,
    needs: [
      ...(cluster === undefined ? [] : [idOf.cluster(cluster.name)]),
      ...(network === undefined ? [] : [idOf.network(network.name)]),
      ...(network === undefined || network.endpoints.length === 0 || !isOnEc2(pool)
        ? []
        : [idOf.endpoints(network.name)]),
      ...(carrier === undefined || existing ? [] : [idOf.carrier(carrier.network.name, site.name, pool.name)]),
    ],
    intent: poolIntent(ground, pool, site, cluster, mapped),
    inverse: existing
      ? { kind: 'keep', title: `${what} stays: it is not skerry's` }
      : goesWithCluster
        ? {
            kind: 'keep',
            title: `The machines ${what} go with the control plane of ${cluster?.name}, which they carry`,
          }
        : {
            kind: 'pool.drain',
            title: `Drain ${what}, delete its nodes${isOnEc2(pool) ? ', detach the policies of their role and delete it' : ''}`,
          },
    existing,
    ...(isOnEc2(pool) && !existing && { expected: nodesTime }),
    origin: pool.origin,
  }
  const roleId = idOf.verify('node-role', site.name, pool.name)
  const role: readonly Draft[] =
    mapped === undefined || mapped.by === 'EKS' || existing
      ? []
      : [
          {
            id: roleId,
            kind: 'verify',
            title: `The role of the nodes ${what} is mapped in ${cluster?.name}, ${mapped.by === 'aws-auth' ? 'in the ConfigMap kube-system/aws-auth' : `by an access entry ${String(mapped.type)}`}`,
            subject,
            needs: [id],
            intent: intentOf({
              of: id,
              claim: 'the node role is mapped',
              in: mapped.by === 'aws-auth' ? 'ConfigMap kube-system/aws-auth' : 'access entries',
            }),
            inverse: nothing,
            existing: false,
            origin: pool.origin,
          },
        ]
  const ready: Draft = {
    id: readyId(pool),
    kind: 'verify',
    title:
      pool.replicas === 0
        ? `No node of ${what} is asked for`
        : pool.replicas === 1
          ? `The node of ${what} is Ready`
          : `The ${pool.replicas} nodes of ${what} are Ready`,
    subject,
    needs: role.length === 0 ? [id] : [id, roleId],
    intent: intentOf({ of: id, claim: 'every node is Ready' }),
    inverse: nothing,
    existing: false,
    origin: pool.origin,
  }
  return [join, ...role, ready]
}

const sized = (pool: NodePool): string =>
  `${pool.replicas} × ${pool.instanceTypes?.[0] ?? (pool.kind === 'machines' ? 'machine' : pool.kind === 'hybrid' ? 'host' : pool.kind === 'fargate' ? 'Fargate pod' : 'node')}`

const isOnEc2 = ({ kind }: NodePool): boolean => kind === 'managed' || kind === 'selfManaged'

function poolIntent(
  ground: Ground,
  pool: NodePool,
  site: Site,
  cluster: Cluster | undefined,
  mapped: Mapping | undefined,
): Draft['intent'] {
  const traits = ground.traits(site)
  const ec2 = isOnEc2(pool)
  const version = pool.version ?? cluster?.version
  const offGrid = pool.kind === 'hybrid' || pool.kind === 'machines'
  const address = pool.publicAddress ?? addressNeeded(ground, site, cluster)
  const holdsDns = cluster !== undefined && ground.dnsHolders(cluster).includes(pool)
  return intentOf({
    kind: pool.kind,
    cluster: cluster?.name,
    site: site.name,
    zone: site.place.zone,
    instanceTypes: pool.instanceTypes,
    replicas: pool.replicas,
    version,
    subnets: offGrid
      ? undefined
      : (pool.subnets ?? nodeSubnets(ground, site, address !== undefined && address !== 'none')),
    namespaces: pool.kind === 'fargate' ? (pool.namespaces ?? namespacesAt(ground, site)) : undefined,
    image: imageOf(pool, version),
    os: pool.os,
    volumeType: pool.volumeType ?? (ec2 ? traits.volumeTypes.value[0] : undefined),
    volumeSize: pool.volumeSize,
    keyPair: pool.keyPair,
    publicAddress: address,
    networkBorderGroup:
      pool.networkBorderGroup ??
      (address === undefined || address === 'none' ? undefined : site.place.networkBorderGroup),
    bootstrap:
      pool.kind !== 'selfManaged' || cluster === undefined
        ? undefined
        : { apiServerEndpoint: { ofCluster: cluster.name }, certificateAuthority: { ofCluster: cluster.name } },
    metadataHopLimit: ec2 ? pool.metadataHopLimit : undefined,
    clusterSecurityGroup: ec2 ? pool.clusterSecurityGroup : undefined,
    spot: ec2 ? pool.spot : undefined,
    autoscaling: ec2 ? pool.autoscaling : undefined,
    labels: holdsDns ? { ...dnsLabel, ...pool.labels } : pool.labels,
    taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect })),
    hardware: pool.hardware,
    roleMapping: mapped,
  })
}

const namespacesAt = (ground: Ground, site: Site): readonly string[] =>
  [...new Set(ground.find.placementsAt(site.name).map(({ placement }) => placement.namespace))].sort()

/** In a carrier's zone nodes find an API server that is only public by an address of the carrier, and by nothing else. */
function addressNeeded(ground: Ground, site: Site, cluster: Cluster | undefined): NodePool['publicAddress'] {
  return cluster?.eks?.endpoint === 'public' && ground.traits(site).publicRoute.value === 'carrierGateway'
    ? 'automatic'
    : undefined
}

/** Where nodes of a site go when nobody says: its private subnets; public ones where it has no others, or nodes have addresses outside. */
export function nodeSubnets(ground: Ground, site: Site, outside = false): readonly string[] {
  const here = ground.subnets(ground.find.networkOf(site)?.name).at(site, ground.traits(site))
  const inner = here.filter(
    (subnet) => subnet.public === (outside && subnet.traits.publicRoute.value === 'carrierGateway'),
  )
  return (inner.length > 0 ? inner : here).map((subnet) => subnet.name)
}

type Mapping = { readonly by: 'EKS' | 'aws-auth' | 'accessEntry' } & { readonly [key: string]: IntentValue }

/**
 * How the nodes' role becomes known to the cluster. EKS does it for its own groups; for all others it is an access entry, or, where the
 * cluster knows only the ConfigMap, the entry of aws-auth with the two groups and the user name that nodes need.
 * https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
 */
function mapping(pool: NodePool, cluster: Cluster | undefined): Mapping | undefined {
  if (cluster === undefined || (cluster.kind !== 'eks' && cluster.kind !== 'eksOutpost') || pool.kind === 'machines')
    return undefined
  if (pool.kind === 'managed' || pool.kind === 'fargate' || pool.kind === 'autoMode') return { by: 'EKS' }
  const role = `${cluster.name}-${pool.site}-${pool.name}`
  if (authenticationOf(cluster) === 'configMap') {
    return {
      by: 'aws-auth',
      role,
      groups: ['system:bootstrappers', 'system:nodes'],
      username: 'system:node:{{EC2PrivateDNSName}}',
    }
  }
  return {
    by: 'accessEntry',
    role,
    type: pool.kind === 'hybrid' ? 'HYBRID_LINUX' : pool.os === 'windows' ? 'EC2_WINDOWS' : 'EC2_LINUX',
  }
}
