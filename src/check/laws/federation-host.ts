// The federation itself: its host, its members, and whether the one reaches the others.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Federation, Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { listed, membersOf } from '../federation.ts'
import { subjects } from '../subjects.ts'
import { federated } from './federation-example.ts'

const hostAndMembers: Rule = {
  code: 'KM001',
  severity: 'error',
  title: 'A federation has a host and other clusters as members, two or more',
  why: 'Karmada runs on the host and places on the members; the host among them is lost together with what should move its apps.',
  sources: [source.seedFederation, source.KMD],
  seeds: [71, 72],
  example: {
    wrong: yaml`
      federations: [{ name: main, host: oregon, members: [oregon] }]
    `,
    right: federated({}),
  },
  check: (fleet) =>
    fleet.federations.flatMap((federation): Hit[] => {
      const { origin, host, memberClusters } = federation
      const others = new Set(memberClusters.filter((member) => member !== host))
      const at = { origin, field: 'members' }
      if (others.size === 0)
        return [
          {
            ...at,
            found: memberClusters.length === 0 ? 'are none' : `are ${host}, the host, alone`,
            fix: 'name two clusters or more',
          },
        ]
      const hits: Hit[] = []
      if (memberClusters.includes(host))
        hits.push({
          ...at,
          found: `hold ${host}, the host`,
          fix: 'take it out, and run what it runs by a placement at its site',
          severity: 'warning',
        })
      if (others.size === 1)
        hits.push({
          ...at,
          found: `are ${[...others][0]} alone`,
          fix: 'name two clusters or more',
          severity: 'warning',
        })
      return hits
    }),
}

const highlyAvailable: Rule = {
  code: 'KM002',
  severity: 'error',
  title: 'The etcd of a highly available federation has three or five members on volumes',
  why: 'It holds every policy and every decision: karmadactl refuses several members on hostPath, a volume needs the EBS driver on the host, and an even number survives no more.',
  sources: [`${source.KMD}: pkg/karmadactl/cmdinit/kubernetes/deploy.go:236-240`, source.seedFederation],
  seeds: [75, 76, 77],
  example: {
    wrong: yaml`
      federations: [{ name: main, host: oregon, members: [virginia], etcd: { replicas: 3, storage: hostPath } }]
    `,
    right: federated({ federation: 'etcd: { replicas: 3, storage: volume }' }),
  },
  check: (fleet) => {
    const { cluster: clusterNamed, poolsIn } = lookup(fleet)
    return fleet.federations.flatMap(({ origin, host, highAvailability, etcd }): Hit[] => {
      const replicas = etcd?.replicas ?? (highAvailability ? 3 : 1)
      const storage = etcd?.storage ?? 'volume'
      const hits: Hit[] = []
      const at = (field: string, found: string, fix: string, more: Partial<Hit> = {}) =>
        hits.push({ origin, field, found, fix, ...more })
      if (replicas % 2 === 0) at('etcd/replicas', `is ${replicas}`, 'use 3 or 5')
      else if (highAvailability && replicas < 3)
        at('etcd/replicas', `is ${replicas}, with highAvailability`, 'use 3 or 5')
      if (storage === 'hostPath' && replicas !== 1)
        at('etcd/storage', `is hostPath, with ${replicas} members`, 'use volume')
      if (storage === 'memory' && highAvailability)
        at('etcd/storage', 'is memory, with highAvailability', 'use volume', {
          severity: 'warning',
          why: 'An etcd in memory forgets with each restart of its pod; only its other members know what it held.',
        })
      const eks = clusterNamed(host)?.eks
      const pools = poolsIn(host)
      const bringsDriver = pools.some(({ kind }) => kind === 'autoMode')
      if (storage === 'volume' && eks !== undefined && !bringsDriver && !eks.addons.includes('aws-ebs-csi-driver'))
        at('host', `is ${host}, without the add-on aws-ebs-csi-driver`, `add it to the addons of ${host}`, {
          why: 'The pods of etcd wait for a volume that nothing makes.',
        })
      const nodes = pools.reduce((sum, pool) => sum + pool.replicas, 0)
      if (highAvailability && eks !== undefined && nodes < replicas)
        at(
          'host',
          `is ${host}, with ${nodes} nodes for ${replicas} members of etcd`,
          `give ${host} ${replicas} nodes`,
          {
            severity: 'warning',
            why: 'Members of etcd on one node are lost together, and the majority with them.',
          },
        )
      return hits
    })
  },
}

const nodePort: Rule = {
  code: 'KM003',
  severity: 'error',
  title: 'The port of the Karmada API is a node port',
  why: 'The load balancer sends to that port of every node of the host, whichever runs the API; Kubernetes opens 30000 to 32767 only.',
  sources: [`${source.KMD}: pkg/karmadactl/cmdinit/cmdinit.go:193`, source.seedFederation],
  seeds: [73, 78, 85],
  example: {
    wrong: yaml`
      federations: [{ name: main, host: oregon, members: [virginia], port: 5443 }]
    `,
    right: federated({ federation: 'port: 32443' }),
  },
  check: (fleet) =>
    fleet.federations
      .filter(({ port, endpoint }) => endpoint === 'networkLoadBalancer' && (port < 30_000 || port > 32_767))
      .map(({ origin, port }) => ({ origin, field: 'port', found: `is ${port}`, fix: 'use 32443, or leave it out' })),
}

const memberName: Rule = {
  code: 'KM006',
  severity: 'error',
  title: 'The name of a member has at most 48 characters',
  why: 'Karmada makes the namespace of its works out of it and refuses a longer one.',
  sources: [`${source.KMD}: pkg/util/validation, cluster/validation.go:34`],
  example: {
    wrong: yaml`
      clusters:
        - { name: parent, network: main, eks: { version: "1.35", addons: [vpc-cni, aws-ebs-csi-driver] } }
        - { name: oregon, network: main, eks: { version: "1.35" } }
        - { name: the-cluster-of-northern-virginia-with-a-very-long-name, network: east, eks: { version: "1.35" } }
      federations: [{ name: main, host: parent, members: [oregon, the-cluster-of-northern-virginia-with-a-very-long-name] }]
    `,
    right: federated({}),
  },
  check: (fleet) =>
    fleet.federations
      .flatMap((federation) => membersOf(fleet, federation))
      .filter(({ name }) => name.length > 48)
      .map(({ origin }) => ({ origin, field: 'name', found: 'is longer than 48 characters', fix: 'shorten it' })),
}

const reachable: Rule = {
  code: 'KM007',
  severity: 'error',
  title: 'The host reaches the API of every member that it pushes to',
  why: 'With push Karmada calls the member; with pull an agent at the member calls Karmada, which passes a firewall and waits out a bad link.',
  sources: [source.KMD],
  example: {
    wrong: yaml`
      clusters:
        - { name: oregon, network: main, eks: { version: "1.35", addons: [vpc-cni, aws-ebs-csi-driver] } }
        - { name: virginia, network: east, eks: { version: "1.35" } }
        - { name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.0.0.10 } }
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, replicas: 3 }] }
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, network: { cidr: 10.0.0.0/24, routed: false }, nodePools: [{ name: floor }] }
      federations: [{ name: main, host: oregon, members: [virginia, plant] }]
    `,
    right: yaml`
      clusters:
        - { name: oregon, network: main, eks: { version: "1.35", addons: [vpc-cni, aws-ebs-csi-driver] } }
        - { name: virginia, network: east, eks: { version: "1.35" } }
        - { name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.0.0.10 } }
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers, replicas: 3 }] }
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, network: { cidr: 10.0.0.0/24, routed: false }, nodePools: [{ name: floor }] }
      federations: [{ name: main, host: oregon, members: [virginia, plant], sync: { default: push, plant: pull } }]
    `,
  },
  check: (fleet) => {
    const { cluster: clusterNamed, network: networkNamed } = lookup(fleet)
    return fleet.federations.flatMap((federation): Hit[] => {
      const home = networkNamed(clusterNamed(federation.host)?.network)?.routingDomain ?? 'default'
      const byReason = new Map<string, { readonly severity: 'error' | 'warning'; readonly names: string[] }>()
      for (const member of membersOf(fleet, federation)) {
        if (member.name === federation.host || syncOf(federation, member.name) === 'pull') continue
        const reason = outOfReach(fleet, member, home)
        if (reason === undefined) continue
        const entry = byReason.get(reason.text) ?? { severity: reason.severity, names: [] }
        entry.names.push(member.name)
        byReason.set(reason.text, entry)
      }
      return [...byReason].map(([text, { severity, names }]) => ({
        origin: federation.origin,
        field: 'sync',
        found: `pushes to ${listed(names)}, ${text}`,
        fix: names.length === 1 ? `say sync: { ${names[0]}: pull }` : 'say pull for them, or sync: { default: pull }',
        severity,
      }))
    })
  },
}

const syncOf = ({ sync }: Federation, member: string): 'push' | 'pull' =>
  (Object.hasOwn(sync, member) ? sync[member] : sync.default) ?? 'push'

/** Why the host does not reach the API of the member; undefined where it does, as far as is said. */
function outOfReach(
  fleet: Fleet,
  member: Cluster,
  home: string,
): { readonly severity: 'error' | 'warning'; readonly text: string } | undefined {
  const { sitesOf, network: networkNamed } = lookup(fleet)
  const { siteNamed } = subjects(fleet)
  const error = (text: string) => ({ severity: 'error' as const, text })
  const here = sitesOf(member.name)
    .map((site) => siteNamed.get(site.name))
    .filter((subject) => subject !== undefined && subject.site.cluster === member.name)
  const standsAtSite = here.some((subject) => subject?.traits.controlPlaneAt.value === 'site')
  const link = here.find((subject) => subject?.site.link !== undefined)?.site.link
  if (standsAtSite && link?.kind === 'airgapped') return error('which no link reaches')
  if (member.eksAnywhere !== undefined || member.existing?.location === 'site') {
    const lan = here[0]?.site.network
    if (typeof lan === 'object' && (!lan.routed || lan.routingDomain !== home))
      return error('on a LAN that is not routed to the host')
  } else if (member.existing === undefined) {
    const domain = networkNamed(member.network)?.routingDomain ?? 'default'
    const closed =
      member.eks === undefined ? member.eksOutpost?.endpoint === 'private' : member.eks.endpoint === 'private'
    if (closed && domain !== home) return error('with a private endpoint in another routing domain')
  }
  return standsAtSite && link?.kind === 'intermittent'
    ? { severity: 'warning', text: 'over a link that comes and goes' }
    : undefined
}

const hostNetwork: Rule = {
  code: 'KM012',
  severity: 'warning',
  title: 'The network of the host has public and private subnets in three zones, and a NAT gateway',
  why: 'The load balancer and the three members of etcd stand in three zones, so that one of them may be lost; nodes fetch their images by the NAT gateway.',
  sources: [source.seedFederation],
  seeds: [82, 85],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets:
            - { name: a, zone: us-west-2a, cidr: 10.10.0.0/24 }
            - { name: b, zone: us-west-2b, cidr: 10.10.1.0/24 }
        - { name: east, region: us-east-1, cidr: 10.20.0.0/16 }
      federations: [{ name: main, host: oregon, members: [virginia] }]
    `,
    right: federated({}),
  },
  check: (fleet) => {
    const { cluster: clusterNamed, network: networkNamed } = lookup(fleet)
    const { subnetNamed } = subjects(fleet)
    return fleet.federations.flatMap(({ host, highAvailability }): Hit[] => {
      const network = networkNamed(clusterNamed(host)?.network)
      if (network === undefined || network.existing !== undefined || !highAvailability) return []
      // without subnets declared, skerry makes them, in three zones
      const zones = (isPublic: boolean) =>
        new Set(
          network.subnets
            .filter(
              ({ name, public: own }) =>
                own === isPublic && subnetNamed.get(name)?.traits.locale === 'availability-zone',
            )
            .map(({ zone }) => zone),
        ).size
      const few = network.subnets.length === 0 ? [] : [true, false].filter((isPublic) => zones(isPublic) < 3)
      const hits: Hit[] = few.map((isPublic) => ({
        origin: network.origin,
        field: 'subnets',
        found: `have ${isPublic ? 'public' : 'private'} ones in ${zones(isPublic)} zones, for the host of a federation`,
        fix: 'declare them in three Availability Zones, or leave subnets out',
      }))
      if (!network.egress.startsWith('natGateway'))
        hits.push({
          origin: network.origin,
          field: 'egress',
          found: `is ${network.egress}, for the host of a federation`,
          fix: 'use natGateway, or natGatewayPerZone',
        })
      return hits
    })
  },
}

/** What an account gets in a Region without asking. */
const quotas = { networks: 5, clusters: 100 } as const

const withinQuotas: Rule = {
  code: 'KM014',
  severity: 'info',
  title: 'What the fleet makes in a Region lies within the quotas that an account starts with',
  why: 'An account may have five VPCs, five elastic addresses and a hundred EKS clusters in a Region until it asks for more.',
  sources: ['https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html', source.seedFederation],
  seeds: [87],
  example: {
    wrong: yaml`
      networks:
        - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
        - { name: two, region: us-west-2, cidr: 10.11.0.0/16 }
        - { name: three, region: us-west-2, cidr: 10.12.0.0/16 }
        - { name: four, region: us-west-2, cidr: 10.13.0.0/16 }
        - { name: five, region: us-west-2, cidr: 10.14.0.0/16 }
        - { name: six, region: us-west-2, cidr: 10.15.0.0/16 }
    `,
    right: yaml`
      networks:
        - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
        - { name: two, region: us-west-2, cidr: 10.11.0.0/16 }
    `,
  },
  check: (fleet) => {
    const over = <Item extends { readonly origin: Hit['origin'] }>(
      items: readonly (readonly [key: string, item: Item])[],
      quota: number,
      what: string,
    ) => {
      const counts = new Map<string, number>()
      return items.flatMap(([key, { origin }]): Hit[] => {
        const number = (counts.get(key) ?? 0) + 1
        counts.set(key, number)
        // said once, at the first that is one too many
        return number === quota + 1
          ? [{ origin, found: `makes more than ${quota} ${what}`, fix: 'ask for a higher quota first' }]
          : []
      })
    }
    const made = fleet.networks.filter(({ existing }) => existing === undefined)
    const clusters = fleet.clusters.filter(({ eks }) => eks !== undefined)
    return [
      ...over(
        made.map((network) => [`${network.account} ${network.region}`, network]),
        quotas.networks,
        'VPCs in one Region',
      ),
      ...over(
        clusters.map((cluster) => [`${cluster.account} ${cluster.region}`, cluster]),
        quotas.clusters,
        'EKS clusters in one Region',
      ),
    ]
  },
}

export const federationHostRules: readonly Rule[] = [
  hostAndMembers,
  highlyAvailable,
  nodePort,
  memberName,
  reachable,
  hostNetwork,
  withinQuotas,
]
