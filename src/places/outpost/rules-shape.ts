// Outposts: a rack, one mode for each cluster, nodes in subnets of that very Outpost.

import type { Rule } from '../../model/finding.ts'
import { lookup } from '../../model/lookup.ts'
import { copiesAt, sitesAt } from '../copies.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'

const rackOnly: Rule = {
  code: 'OP001',
  severity: 'error',
  title: 'EKS stands on an Outposts rack',
  why: 'Outposts servers run no EKS nodes; the form factor is a rack.',
  sources: [source.eksOutposts],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              formFactor: server
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost:
              arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
              region: us-west-2
              anchorZone: us-west-2a
              formFactor: rack
    `,
  },
  check: (fleet) =>
    sitesAt(fleet, 'outpost')
      .filter((site) => site.place.formFactor === 'server')
      .map((site) => ({
        origin: site.origin,
        field: 'place/outpost/formFactor',
        found: 'is server',
        fix: 'use a rack, or EKS Anywhere on a machine of your own',
      })),
}

const oneMode: Rule = {
  code: 'OP002',
  severity: 'error',
  title: 'A cluster with nodes on an Outpost is extended or local, nothing else',
  why: 'Nodes of an Outpost join an EKS cluster of its Region (eks) or a local cluster on the Outpost (eksOutpost); a cluster has one mode.',
  sources: [source.eksOutposts, source.seedPortfolio],
  example: {
    wrong: yaml`
      clusters: [{ name: floor, eksAnywhere: { provider: bareMetal, version: "1.35" } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
    `,
    right: yaml`
      clusters: [{ name: floor, network: main, eksOutpost: { version: "1.35", storage: ebs, controlPlaneInstanceType: m5.large } }]
      sites:
        - name: plant
          cluster: floor
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
    `,
  },
  check: (fleet) => {
    const { cluster: clusterNamed } = lookup(fleet)
    return sitesAt(fleet, 'outpost').flatMap((site) => {
      const cluster = clusterNamed(site.cluster)
      if (cluster === undefined || cluster.kind !== 'eksAnywhere') return []
      return [
        {
          origin: site.origin,
          field: 'cluster',
          found: 'is an EKS Anywhere cluster',
          fix: 'join a cluster of kind eks (extended) or eksOutpost (local)',
        },
      ]
    })
  },
}

const onDemand: Rule = {
  code: 'OP015',
  severity: 'error',
  title: 'Nodes of an Outpost are bought on demand',
  why: 'An Outpost has the capacity that was ordered: Spot instances do not exist there.',
  sources: [source.eksOutposts],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: floor, spot: true }]
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: floor, spot: false }]
    `,
  },
  check: (fleet) => {
    const { poolsOf } = lookup(fleet)
    return sitesAt(fleet, 'outpost').flatMap((site) =>
      poolsOf(site.name)
        .filter((pool) => pool.spot)
        .map((pool) => ({ origin: pool.origin, field: 'spot', found: 'is true', fix: 'leave spot out' })),
    )
  },
}

const ownSubnets: Rule = {
  code: 'OP011',
  severity: 'error',
  title: 'Nodes of an Outpost lie in subnets of that Outpost, and a local cluster on one Outpost only',
  why: 'An instance starts on the Outpost only in a subnet made there; a subnet of the Region puts it into the Region.',
  sources: [source.eksOutposts, source.EKSCTL],
  example: {
    wrong: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: floor, zone: us-west-2a, cidr: 10.10.1.0/24 }]
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: workers, subnets: [floor] }]
    `,
    right: yaml`
      networks:
        - name: main
          region: us-west-2
          cidr: 10.10.0.0/16
          subnets: [{ name: floor, zone: us-west-2a, cidr: 10.10.1.0/24, outpost: plant }]
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: workers, subnets: [floor] }]
    `,
  },
  check: (fleet) => {
    const { poolsOf, subnet: subnetNamed, cluster: clusterNamed, sitesOf, site: siteNamed } = lookup(fleet)
    const elsewhere = sitesAt(fleet, 'outpost').flatMap((site) =>
      poolsOf(site.name).flatMap((pool) =>
        (pool.subnets ?? []).flatMap((name, index) => {
          const on = siteNamed(subnetNamed(name)?.outpost)
          if (on?.place.outpostArn === site.place.outpostArn) return []
          return [
            {
              origin: pool.origin,
              field: `subnets/${index}`,
              found: on === undefined ? `is ${name}, which is on no Outpost` : `is ${name}, which is on ${on.name}`,
              fix: `use a subnet with outpost: ${site.name}, or add that to ${name}`,
            },
          ]
        }),
      ),
    )
    const twoOutposts = fleet.clusters
      .filter((cluster) => cluster.kind === 'eksOutpost')
      .flatMap((cluster) => {
        const arns = new Map(sitesOf(cluster.name).map((site) => [site.place.outpostArn, site.name]))
        if (arns.size < 2) return []
        return [
          {
            origin: clusterNamed(cluster.name)?.origin ?? cluster.origin,
            found: `has nodes at ${[...arns.values()].join(' and ')}`,
            fix: 'make one local cluster for each Outpost',
          },
        ]
      })
    return [...elsewhere, ...twoOutposts]
  },
}

const poolAnnotation = 'alb.ingress.kubernetes.io/customer-owned-ipv4-pool'

const addressPool: Rule = {
  code: 'OP009',
  severity: 'warning',
  title: 'An internet-facing load balancer on an Outpost has an address pool',
  why: 'Its addresses come from a customer-owned pool that the local gateway announces, unless the VPC is routed to the floor directly.',
  sources: [source.lbcIngress, source.outpostsLocalGateway],
  example: {
    wrong: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: workers }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: plant }]
      expose: { host: game.example.com, routing: { simple: plant } }
    `,
    right: yaml`
      sites:
        - name: plant
          cluster: oregon
          place:
            outpost: { arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0", region: us-west-2, anchorZone: us-west-2a }
          nodePools: [{ name: workers }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement:
        - site: plant
          annotations: { alb.ingress.kubernetes.io/customer-owned-ipv4-pool: ipv4pool-coip-0123456789abcdef0 }
      expose: { host: game.example.com, routing: { simple: plant } }
    `,
  },
  check: (fleet) =>
    copiesAt(fleet, 'outpost').flatMap(({ app, placement }) => {
      const { expose } = app
      if (
        expose === undefined ||
        expose.scheme !== 'internetFacing' ||
        !['alb', undefined].includes(expose.loadBalancer)
      )
        return []
      if ({ ...expose.annotations, ...placement.annotations }[poolAnnotation] !== undefined) return []
      if (placement.manifests.some((manifest) => JSON.stringify(manifest.object).includes(poolAnnotation))) return []
      return [
        {
          origin: placement.origin,
          field: 'annotations',
          found: `has no ${poolAnnotation}`,
          fix: 'name the pool under annotations of this copy; where the VPC is routed to the floor directly, accept this finding with that reason',
        },
      ]
    }),
}

export const shapeRules: readonly Rule[] = [rackOnly, oneMode, onDemand, ownSubnets, addressPool]
