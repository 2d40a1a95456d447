// A fault made ready: what it will do, and what undoes that, found by looking at what is there. Cuts of networks are made ready all together
// (cuts.ts), since several may want the same subnets.

import { SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { GetHealthCheckCommand, UpdateHealthCheckCommand } from '@aws-sdk/client-route-53'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeObject } from '../../kube/client.ts'
import { resourcesOf } from '../aws/stack-state.ts'
import type { Ground } from '../ground.ts'
import { withMark } from '../kubernetes/ownership.ts'
import { checkLogicalId, named, whereOfCluster } from '../status/asking.ts'
import { groupOf } from '../status/joining.ts'
import { route53Region } from '../status/names.ts'
import { bare } from './in-cluster.ts'
import type { Means } from './means.ts'
import type { Undo } from './undo.ts'

export interface Prepared {
  /** In the order in which it is given back. */
  readonly undo: readonly Undo[]
  readonly act: () => Promise<void>
}

export function prepare(ground: Ground, means: Exclude<Means, { kind: 'cut' }>): Promise<Prepared> {
  switch (means.kind) {
    case 'scale':
      return scaled(ground, means)
    case 'delete':
      return deleted(ground, means)
    case 'checkPort':
      return checked(ground, means)
    case 'nodes':
      return terminated(ground, means)
  }
}

export type Of<Kind extends Means['kind']> = Extract<Means, { kind: Kind }>

export const missing = (what: string): Refusal =>
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
      // given back it has another uid, and is ours by its mark alone
      (object): Undo => ({
        kind: 'object',
        cluster: means.cluster,
        object: withMark(ground.plan, { ...bare(object), apiVersion, kind }),
      }),
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
    // whoever has suspended it before has a reason, and resumes it
    const rests = (group.SuspendedProcesses ?? []).some(({ ProcessName }) => ProcessName === 'Launch')
    return { where, name: group.AutoScalingGroupName ?? '', ids, rests }
  })
  const processes = ['Launch']
  const launching = taken.filter(({ rests }) => !rests)
  return {
    undo: launching.map(({ where, name }): Undo => ({ kind: 'processes', where, group: name, processes })),
    act: async () => {
      // else others take their place at once
      for (const { where, name } of launching)
        await aws
          .autoScaling(where)
          .send(new SuspendProcessesCommand({ AutoScalingGroupName: name, ScalingProcesses: processes }))
      for (const { where, ids } of taken)
        if (ids.length > 0) await aws.ec2(where).send(new TerminateInstancesCommand({ InstanceIds: ids }))
    },
  }
}
