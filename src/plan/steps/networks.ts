// Networks: the VPC with its subnets, gateways, routes and endpoints. A range on premises is nobody's to create: it is only looked at.

import type { Network, NodePool, Site } from '../../model/fleet.ts'
import { counted } from '../../model/words.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'
import type { PlannedSubnet } from '../subnets.ts'
import { onePerZone, regionOf } from '../subnets.ts'
import { optInsOf } from './zones.ts'

export function networkSteps(ground: Ground): readonly Draft[] {
  return [
    ...ground.fleet.networks.map((network) => networkStep(ground, network)),
    ...ground.fleet.pools.flatMap((pool) => carrierSteps(ground, pool)),
    ...ground.fleet.networks.flatMap((network) => endpointSteps(ground, network)),
  ]
}

/** Endpoints of AWS services inside the network: what nodes without a way out join by, so a step of their own. */
function endpointSteps(ground: Ground, network: Network): readonly Draft[] {
  const { name, account, endpoints } = network
  if (endpoints.length === 0) return []
  const region = regionOf(ground.fleet, network)
  const existing = network.existing !== undefined
  const clusters = ground.fleet.clusters.filter((cluster) => cluster.network === name && cluster.kind !== 'existing')
  // an edge zone holds none: they stand in its Region
  const holding = ground.subnets(name).all.filter((subnet) => !subnet.public && subnet.traits.vpcEndpoints.value)
  return [
    {
      id: idOf.endpoints(name),
      kind: 'network',
      title: `${existing ? 'The' : 'Make the'} ${counted(endpoints.length, 'endpoint')} ${endpoints.join(', ')} in ${name}${existing ? ` ${endpoints.length === 1 ? 'is' : 'are'} there` : ''}`,
      subject: { network: name, ...(account !== undefined && { account }) },
      needs: [idOf.network(name), ...clusters.map((cluster) => idOf.cluster(cluster.name))],
      intent: intentOf({
        part: 'endpoints',
        endpoints: endpoints.map((endpoint) => ({
          name: endpoint,
          service: region === undefined ? null : `com.amazonaws.${region}.${endpoint}`,
          type: endpoint === 's3' || endpoint === 'dynamodb' ? 'gateway' : 'interface',
        })),
        privateDns: network.dnsHostnames && network.dnsResolution,
        securityGroupsOf: clusters.map((cluster) => cluster.name),
        subnets: onePerZone(holding).map((subnet) => subnet.name),
      }),
      inverse: existing
        ? { kind: 'keep', title: `The endpoints of ${name} stay: they are not skerry's` }
        : { kind: 'network.delete', title: `Delete the ${counted(endpoints.length, 'endpoint')} of ${name}` },
      existing,
      origin: network.origin,
    },
  ]
}

/** Whether nodes of the pool get addresses of a carrier that are allocated first, and so outlive them. */
export function carrierAddresses(
  ground: Ground,
  pool: NodePool,
): { readonly site: Site; readonly network: Network; readonly group: string | undefined } | undefined {
  if (pool.publicAddress !== 'carrier' && pool.publicAddress !== 'elastic') return undefined
  const site = ground.find.site(pool.site)
  const network = site === undefined ? undefined : ground.find.networkOf(site)
  if (site === undefined || network === undefined) return undefined
  if (ground.traits(site).publicRoute.value !== 'carrierGateway') return undefined
  return { site, network, group: pool.networkBorderGroup ?? site.place.networkBorderGroup }
}

/** Addresses that nobody holds are paid for by the hour: they are released when the nodes are gone. */
function carrierSteps(ground: Ground, pool: NodePool): readonly Draft[] {
  const addresses = carrierAddresses(ground, pool)
  if (addresses === undefined || ground.find.cluster(pool.cluster)?.kind === 'existing') return []
  const { site, network, group } = addresses
  const what = `${counted(pool.replicas, 'carrier address', 'carrier addresses')}`
  return [
    {
      id: idOf.carrier(network.name, site.name, pool.name),
      kind: 'network',
      title: `Allocate ${what} for ${site.name}/${pool.name}${group === undefined ? '' : `, in the border group ${group}`}`,
      subject: { network: network.name, site: site.name, pool: pool.name },
      needs: [idOf.network(network.name)],
      intent: intentOf({
        part: 'carrierAddresses',
        domain: 'vpc',
        networkBorderGroup: group,
        addresses: pool.replicas,
      }),
      inverse: { kind: 'network.delete', title: `Release the ${what} of ${site.name}/${pool.name}` },
      existing: false,
      origin: pool.origin,
    },
  ]
}

type Gateway = 'internetGateway' | 'natGateway' | 'carrierGateway' | 'localGateway' | 'none'

function networkStep(ground: Ground, network: Network): Draft {
  const { name, account, existing: vpc } = network
  const subnets = ground.subnets(name).all
  const nats = natSubnets(network, subnets)
  const planned = subnets.map((subnet) => ({
    name: subnet.name,
    zone: subnet.zone,
    cidr: subnet.cidr ?? null,
    public: subnet.public,
    outpost: subnet.outpost,
    existing: subnet.declared?.existing?.subnetId,
    routes: subnet.declared?.routes ?? defaultRoute(network, subnet, nats),
  }))
  const via = new Set(planned.flatMap(({ routes }) => routes.map((route) => route.via)))
  const region = regionOf(ground.fleet, network)
  const onPremises = region === undefined && vpc === undefined
  const ours = subnets.filter((subnet) => subnet.declared?.existing === undefined)
  // of a VPC that is somebody else's, only the subnets that skerry adds are its own
  const existing = onPremises || (vpc !== undefined && ours.length === 0)
  const zones = onePerZone(subnets).map(({ zone }) => zone)
  const contents = `${counted(subnets.length, 'subnet')} in ${counted(zones.length, 'zone')}${via.has('carrierGateway') ? ' and a carrier gateway' : ''}`
  return {
    id: idOf.network(name),
    kind: 'network',
    title: onPremises
      ? `The range ${network.cidr} of ${name} is there, on premises`
      : existing
        ? `The network ${name} (${vpc?.vpcId}) is there, with ${contents}`
        : vpc !== undefined
          ? `Add ${counted(ours.length, 'subnet')} to the network ${name} (${vpc.vpcId})`
          : `Create the network ${name}, ${network.cidr}${region === undefined ? '' : ` in ${region}`}, with ${contents}`,
    subject: { network: name, ...(account !== undefined && { account }) },
    needs: optInsOf(ground, account, subnets),
    intent: intentOf({
      name,
      account,
      region,
      cidr: network.cidr,
      additionalCidrs: network.additionalCidrs,
      routingDomain: network.routingDomain,
      dnsHostnames: network.dnsHostnames,
      dnsResolution: network.dnsResolution,
      egress: network.egress,
      zones,
      subnets: planned,
      natGatewaysIn: nats.map((subnet) => subnet.name),
      internetGateway: via.has('internetGateway') || nats.length > 0,
      carrierGateway: via.has('carrierGateway'),
      localGateway: via.has('localGateway'),
      managementHost: network.managementHost,
      existing: vpc?.vpcId,
    }),
    inverse: existing
      ? { kind: 'keep', title: `${name} stays: it is not skerry's` }
      : {
          kind: 'network.delete',
          title:
            vpc === undefined
              ? `Delete the network ${name} with its gateways and subnets`
              : `Delete the ${counted(ours.length, 'subnet')} added to ${name}; the VPC stays`,
        },
    existing,
    origin: network.origin,
  }
}

/** The public subnets of the Region that hold NAT gateways. */
function natSubnets({ egress }: Network, subnets: readonly PlannedSubnet[]): readonly PlannedSubnet[] {
  const isBehind = (subnet: PlannedSubnet) =>
    !subnet.public && subnet.declared?.routes === undefined && subnet.traits.natGateway.value !== 'none'
  if ((egress !== 'natGateway' && egress !== 'natGatewayPerZone') || !subnets.some(isBehind)) return []
  const front = onePerZone(subnets.filter((subnet) => subnet.public && subnet.traits.natGateway.value === 'here'))
  return egress === 'natGateway' ? front.slice(0, 1) : front
}

/** Where nothing is declared: public subnets by the gateway of their place, private ones by a NAT gateway of the Region, where one reaches. */
function defaultRoute(
  network: Network,
  subnet: PlannedSubnet,
  nats: readonly PlannedSubnet[],
): readonly { readonly to: string; readonly via: Gateway }[] {
  const { publicRoute, natGateway } = subnet.traits
  const via: Gateway = subnet.public
    ? publicRoute.value
    : nats.length === 0 || natGateway.value === 'none' || network.egress === 'none'
      ? 'none'
      : 'natGateway'
  return via === 'none' ? [] : [{ to: '0.0.0.0/0', via }]
}
