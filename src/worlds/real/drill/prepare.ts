// A fault made ready: what it will do, and what undoes that, found by looking at what is there. Of a cut also the harmless part is done here:
// the subnets get a network ACL of their own with the rules of the one that they had, so that cutting and giving back is a matter of rules.

import { SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import type { NetworkAcl } from '@aws-sdk/client-ec2'
import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ReplaceNetworkAclAssociationCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { GetHealthCheckCommand, UpdateHealthCheckCommand } from '@aws-sdk/client-route-53'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import { fleetValue } from '../../../artefacts/fleet-values.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { lookup } from '../../../model/lookup.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Where } from '../aws/clients.ts'
import { resourcesOf } from '../aws/stack-state.ts'
import type { Ground } from '../ground.ts'
import { checkLogicalId, named, whereOfCluster } from '../status/asking.ts'
import { groupOf } from '../status/joining.ts'
import { route53Region } from '../status/names.ts'
import { bare } from './in-cluster.ts'
import type { Means } from './means.ts'
import type { AclRule, Undo } from './undo.ts'

export interface Prepared {
  /** In the order in which it is given back. */
  readonly undo: readonly Undo[]
  readonly act: () => Promise<void>
}

/** `harmless`: told before each harmless part is done, so that it is given back though the drill is killed here. */
export function prepare(ground: Ground, means: Means, harmless: (undo: Undo) => void): Promise<Prepared> {
  switch (means.kind) {
    case 'scale':
      return scaled(ground, means)
    case 'delete':
      return deleted(ground, means)
    case 'checkPort':
      return checked(ground, means)
    case 'nodes':
      return terminated(ground, means)
    case 'cut':
      return cut(ground, means, harmless)
  }
}

type Of<Kind extends Means['kind']> = Extract<Means, { kind: Kind }>

const missing = (what: string): Refusal =>
  new Refusal(
    'refused',
    `${what} is not there: nothing was taken away`,
    'see skerry status --on real; skerry up --on real makes what is missing',
  )

// ---------------------------------------------------------------------------------------------- in a cluster

async function reached(ground: Ground, cluster: string) {
  const client = await ground.api({ kind: 'cluster', name: cluster })
  if (client === undefined) throw missing(`the cluster ${cluster}`)
  return client
}

async function scaled(ground: Ground, means: Of<'scale'>): Promise<Prepared> {
  const client = await reached(ground, means.cluster)
  const plural = means.workloadKind === 'StatefulSet' ? 'statefulsets' : 'deployments'
  const path = `/apis/apps/v1/namespaces/${means.namespace}/${plural}/${means.workload}`
  const there = await client.get<KubeObject>(path)
  if (there === undefined) throw missing(`the ${means.workloadKind} ${means.namespace}/${means.workload}`)
  const suspended = await suspending(ground, means.cluster, there)
  return {
    undo: [
      {
        kind: 'scale',
        cluster: means.cluster,
        path,
        replicas: Number(at(there, 'spec', 'replicas') ?? 1),
      },
      ...suspended.undo,
    ],
    act: async () => {
      await suspended.act()
      await client.merge(path, { spec: { replicas: means.replicas } })
    },
  }
}

async function deleted(ground: Ground, means: Of<'delete'>): Promise<Prepared> {
  const client = await reached(ground, means.cluster)
  const { root, plural, apiVersion, kind } = {
    deployment: { root: '/apis/apps/v1', plural: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment' },
    service: { root: '/api/v1', plural: 'services', apiVersion: 'v1', kind: 'Service' },
    ingress: {
      root: '/apis/networking.k8s.io/v1',
      plural: 'ingresses',
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
    },
  }[means.object]
  const paths = means.names.map((name) => `${root}/namespaces/${means.namespace}/${plural}/${name}`)
  const found = (await Promise.all(paths.map((path) => client.get<KubeObject>(path)))).filter(
    (one) => one !== undefined,
  )
  if (found.length === 0) throw missing(`the ${means.object} of ${means.app} at ${means.site}`)
  return {
    undo: found.map(
      (object): Undo => ({ kind: 'object', cluster: means.cluster, object: { ...bare(object), apiVersion, kind } }),
    ),
    act: async () => {
      for (const path of paths) await client.delete(path)
    },
  }
}

/** Flux would put back at its next interval what a hand changes: it rests for this one Kustomization. */
async function suspending(ground: Ground, cluster: string, object: KubeObject): Promise<Prepared> {
  const labels = object.metadata.labels ?? {}
  const [name, namespace] = [
    labels['kustomize.toolkit.fluxcd.io/name'],
    labels['kustomize.toolkit.fluxcd.io/namespace'],
  ]
  if (name === undefined || namespace === undefined) return { undo: [], act: async () => undefined }
  const client = await reached(ground, cluster)
  const path = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${namespace}/kustomizations/${name}`
  const there = await client.get<KubeObject>(path)
  // somebody else has suspended it: it stays as it is
  if (there === undefined || at(there, 'spec', 'suspend') === true) return { undo: [], act: async () => undefined }
  return {
    undo: [{ kind: 'suspended', cluster, path }],
    act: async () => void (await client.merge(path, { spec: { suspend: true } })),
  }
}

// ---------------------------------------------------------------------------------------------- health checks

async function checked(ground: Ground, means: Of<'checkPort'>): Promise<Prepared> {
  const { plan, aws } = ground
  const { healthChecks, zones } = dnsRecords(plan)
  const check = healthChecks.find(({ id }) => id === `${means.host}/${means.site}`)
  const zone = zones.find(({ id }) => id === check?.zone)
  if (check === undefined || zone === undefined) throw missing(`the health check of ${means.host} at ${means.site}`)
  const where = { account: zone.account, region: route53Region }
  const resources = await resourcesOf(aws.cloudFormation(where), named(plan).dns(zone.Properties.Name))
  const id = resources.get(checkLogicalId(check.id))
  if (id === undefined) throw missing(`the health check of ${means.host} at ${means.site}`)
  const route53 = aws.route53(where)
  const { HealthCheck } = await route53.send(new GetHealthCheckCommand({ HealthCheckId: id }))
  const port = HealthCheck?.HealthCheckConfig?.Port ?? check.Properties.HealthCheckConfig.Port ?? 80
  return {
    undo: [{ kind: 'healthCheck', account: zone.account, id, port }],
    act: async () => void (await route53.send(new UpdateHealthCheckCommand({ HealthCheckId: id, Port: means.port }))),
  }
}

// ---------------------------------------------------------------------------------------------- machines

async function terminated(ground: Ground, means: Of<'nodes'>): Promise<Prepared> {
  const { plan, aws } = ground
  const steps = plan.steps.filter(
    ({ kind, subject }) =>
      kind === 'pool.join' && subject.site === means.site && means.pools.includes(subject.pool ?? ''),
  )
  const groups = await Promise.all(
    steps.map(async (step) => {
      const where = whereOfCluster(plan, step.subject.cluster ?? '')
      if (where === undefined) throw missing(`the group of ${means.site}`)
      return { where, group: (await groupOf({ ground }, step, where)).group }
    }),
  )
  let left = means.count ?? Number.POSITIVE_INFINITY
  const taken = groups.map(({ where, group }) => {
    const ids = (group.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []).slice(0, left)
    left -= ids.length
    return { where, name: group.AutoScalingGroupName ?? '', ids }
  })
  const processes = ['Launch']
  return {
    undo: taken.map(({ where, name }): Undo => ({ kind: 'processes', where, group: name, processes })),
    act: async () => {
      // else others take their place at once
      for (const { where, name } of taken)
        await aws
          .autoScaling(where)
          .send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: processes }))
      for (const { where, ids } of taken)
        if (ids.length > 0) await aws.ec2(where).send(new TerminateInstancesCommand({ InstanceIds: ids }))
    },
  }
}

// ---------------------------------------------------------------------------------------------- networks

async function cut(ground: Ground, means: Of<'cut'>, harmless: (undo: Undo) => void): Promise<Prepared> {
  const parts = await Promise.all(
    [...(await byNetwork(ground, means))].map(([, part]) => cutIn(ground, means, part, harmless)),
  )
  return {
    undo: parts.flatMap(({ undo }) => undo),
    act: async () => {
      for (const part of parts) await part.act()
    },
  }
}

interface Part {
  readonly where: Where
  readonly subnets: readonly string[]
}

async function byNetwork(ground: Ground, { subnets }: Of<'cut'>): Promise<ReadonlyMap<string, Part>> {
  const find = lookup(ground.plan.fleet)
  const parts = new Map<string, { where: Where; subnets: string[] }>()
  for (const name of subnets) {
    const network = find.subnet(name)?.network ?? networkOfStep(ground, name)
    const id = await ground.valueOf(fleetValue.subnetId(name).slice(2, -1))
    if (network?.region === undefined || id === undefined) throw missing(`the subnet ${name}`)
    const where = { account: network.account ?? ground.plan.fleet.accounts[0]?.name, region: network.region }
    const part = parts.get(network.name) ?? { where, subnets: [] }
    part.subnets.push(id)
    parts.set(network.name, part)
  }
  return parts
}

/** Subnets that the plan itself cuts are declared by nobody. */
function networkOfStep({ plan }: Ground, subnet: string) {
  const step = plan.steps.find(
    ({ kind, intent }) =>
      kind === 'network' && Array.isArray(intent.subnets) && intent.subnets.some((one) => at(one, 'name') === subnet),
  )
  return lookup(plan.fleet).network(step?.subject.network)
}

async function cutIn(
  ground: Ground,
  means: Of<'cut'>,
  { where, subnets }: Part,
  harmless: (undo: Undo) => void,
): Promise<Prepared> {
  const ec2 = ground.aws.ec2(where)
  const [{ NetworkAcls = [] }, described] = await Promise.all([
    ec2.send(new DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: [...subnets] }] })),
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnets] })),
  ])
  const vpcId = described.Subnets?.[0]?.VpcId ?? ''
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }))
  const vpc = (Vpcs[0]?.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? [])
  const inVpc = vpc.length > 0 ? vpc : [Vpcs[0]?.CidrBlock ?? '0.0.0.0/0']
  const own = (described.Subnets ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? [])
  const undo: Undo[] = []
  const acts: (() => Promise<void>)[] = []
  for (const original of NetworkAcls) {
    const acl = await cloned(original)
    const rules = rulesOf(means.cut, { inVpc, own })
    undo.push({ kind: 'aclRules', where, acl: acl.id, rules }, acl.undo)
    acts.push(async () => {
      // what is let through first: nothing more than meant is ever cut
      for (const { number, egress, action, cidr } of [...rules].sort(
        (a, b) => Number(a.action === 'deny') - Number(b.action === 'deny'),
      ))
        await ec2.send(
          new CreateNetworkAclEntryCommand({
            ...{ NetworkAclId: acl.id, RuleNumber: number, Egress: egress, RuleAction: action },
            ...{ CidrBlock: cidr, Protocol: '-1' },
          }),
        )
    })
  }
  return {
    undo,
    act: async () => {
      for (const act of acts) await act()
    },
  }

  async function cloned(original: NetworkAcl): Promise<{ readonly id: string; readonly undo: Undo }> {
    const from = original.NetworkAclId ?? ''
    const entries = (original.Entries ?? []).filter(({ RuleNumber = 0 }) => RuleNumber < 32_767)
    if (entries.some(({ RuleNumber = 0 }) => RuleNumber <= reserved))
      throw new Refusal(
        'refused',
        `the network ACL ${from} has rules of its own below ${reserved + 1}, where a cut must stand: nothing was taken away`,
        'number its rules from 100 on, as AWS advises',
      )
    const { NetworkAcl: made } = await ec2.send(
      new CreateNetworkAclCommand({
        VpcId: original.VpcId,
        TagSpecifications: [
          {
            ResourceType: 'network-acl',
            Tags: [
              { Key: 'Name', Value: `skerry drill, in the place of ${from}` },
              { Key: 'skerry.dev/fleet', Value: ground.plan.fleet.name },
            ],
          },
        ],
      }),
    )
    const id = made?.NetworkAclId ?? ''
    const back: Undo = { kind: 'acl', where, acl: id, original: from, subnets }
    harmless(back)
    for (const {
      RuleNumber,
      Egress,
      RuleAction,
      CidrBlock,
      Ipv6CidrBlock,
      Protocol,
      PortRange,
      IcmpTypeCode,
    } of entries)
      await ec2.send(
        new CreateNetworkAclEntryCommand({
          ...{
            NetworkAclId: id,
            RuleNumber,
            Egress,
            RuleAction,
            CidrBlock,
            Ipv6CidrBlock,
            Protocol,
            PortRange,
            IcmpTypeCode,
          },
        }),
      )
    for (const { NetworkAclAssociationId, SubnetId } of original.Associations ?? [])
      if (subnets.includes(SubnetId ?? ''))
        await ec2.send(
          new ReplaceNetworkAclAssociationCommand({ AssociationId: NetworkAclAssociationId, NetworkAclId: id }),
        )
    return { id, undo: back }
  }
}

/** Rules up to here are the cut's. */
const reserved = 49

/** The lower number decides. */
export function rulesOf(
  cut: Of<'cut'>['cut'],
  { inVpc, own }: { readonly inVpc: readonly string[]; readonly own: readonly string[] },
): readonly AclRule[] {
  const everywhere = ['0.0.0.0/0']
  const [allow, deny] = cut === 'everything' ? [[], everywhere] : cut === 'users' ? [inVpc, everywhere] : [own, inVpc]
  const one = [
    ...allow.map((cidr) => ({ action: 'allow' as const, cidr })),
    ...deny.map((cidr) => ({ action: 'deny' as const, cidr })),
  ].map((rule, index) => ({ ...rule, number: index + 1 }))
  return [false, true].flatMap((egress) => one.map((rule) => ({ ...rule, egress })))
}
