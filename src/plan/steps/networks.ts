// Networks: the VPC with its subnets, gateways, routes and endpoints. A range on premises is nobody's to create: it is only looked at.

import type { Network } from '../../model/fleet.ts'
import type { Draft } from '../draft.ts'
import { counted, idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'
import type { PlannedSubnet } from '../subnets.ts'
import { onePerZone, regionOf } from '../subnets.ts'
import { optInsOf } from './zones.ts'

export function networkSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.networks.map((network) => networkStep(ground, network))
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
  const contents = `${counted(subnets.length, 'subnet')} in ${counted(zones.length, 'zone')}`
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
      endpoints: network.endpoints,
      zones,
      subnets: planned,
      natGatewaysIn: nats.map((subnet) => subnet.name),
      internetGateway: via.has('internetGateway') || nats.length > 0,
      carrierGateway: via.has('carrierGateway'),
      localGateway: via.has('localGateway'),
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
