// A cloud to carry an example out on: the fake of AWS, a Kubernetes API for each cluster in it, load balancers that stand in the way of
// their subnets until their Ingress goes.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '../../src/model/plan.ts'
import { fleetDigest } from '../../src/plan/index.ts'
import type { Consent } from '../../src/worlds/real/consent.ts'
import type { DownOptions } from '../../src/worlds/real/down.ts'
import { down } from '../../src/worlds/real/down.ts'
import type { Means } from '../../src/worlds/real/ground-for.ts'
import type { RealReport } from '../../src/worlds/real/report.ts'
import type { UpOptions } from '../../src/worlds/real/up.ts'
import { up } from '../../src/worlds/real/up.ts'
import type { FakeAwsOptions } from '../aws/cloud.ts'
import type { Entity } from '../aws/entities.ts'
import { records } from '../aws/json.ts'
import type { FakeCluster } from '../aws/kubernetes.ts'
import type { Beside, FakeAws } from '../aws/server.ts'
import { startFakeAws } from '../aws/server.ts'
import type { Balancers } from '../kubernetes/controllers.ts'
import { kubernetesForAws } from '../kubernetes/for-aws.ts'
import type { FakeKubernetes, KubernetesOptions } from '../kubernetes/kubernetes.ts'
import { quickMeans } from './means.ts'

export interface Clouds {
  readonly fake: FakeAws
  readonly clusters: Map<string, FakeKubernetes>
  readonly folder: string
  /** Questions that were asked. */
  readonly asked: string[]
  readonly up: (options?: Partial<UpOptions>) => Promise<RealReport>
  readonly down: (options?: Partial<DownOptions>) => Promise<RealReport>
  readonly stop: () => Promise<void>
}

/** Subnets are named by id or by their tag. */
const isNamed = ({ id, properties }: Entity, name: string): boolean =>
  id === name || JSON.stringify(properties.Tags ?? []).includes(`"Key":"Name","Value":"${name}"`)

/** Load balancers as the controller makes them: in the public subnets of the cluster's network, or where the Ingress says. */
function balancersIn(fake: () => FakeAws): (cluster: FakeCluster) => Balancers {
  return ({ name: cluster, account, region }) => {
    const made = new Map<string, { readonly arn: string; readonly targetGroups: readonly string[] }>()
    const keyOf = (of: { readonly namespace: string; readonly name: string; readonly kind: string }) =>
      `${of.kind}/${of.namespace}/${of.name}`
    return {
      make: async (of) => {
        const { state } = fake()
        const own = state.resource(cluster)
        const declared =
          of.annotations['alb.ingress.kubernetes.io/subnets'] ??
          of.annotations['service.beta.kubernetes.io/aws-load-balancer-subnets']
        const here = state.resources('AWS::EC2::Subnet').filter((it) => it.region === region && it.account === account)
        const subnets =
          declared === undefined
            ? here.slice(0, 2).map(({ id }) => id)
            : declared.split(',').map((it) => here.find((one) => isNamed(one, it.trim()))?.id ?? it.trim())
        if (own === undefined) return { refused: 'no cluster' }
        const known = made.get(keyOf(of))
        if (known !== undefined) return { hostname: String(state.resource(known.arn)?.attributes.DNSName) }
        const balancer = await state.addLoadBalancer({
          ...{ account, region, subnets, tags: of.tags },
          name: `k8s-${of.namespace.slice(0, 8)}-${of.name.slice(0, 8)}-${made.size}${cluster.slice(-4)}`.replaceAll(
            /-+/g,
            '-',
          ),
          type: of.kind === 'Ingress' ? 'application' : 'network',
        })
        made.set(keyOf(of), balancer)
        return { hostname: balancer.dnsName }
      },
      targets: (of, addresses, isRegistered) => {
        const { state } = fake()
        for (const id of made.get(keyOf(of))?.targetGroups ?? []) {
          const group = state.resource(id)
          if (group === undefined) continue
          const before = records(group.attributes.Targets).map(({ Id }) => String(Id))
          const targets = isRegistered ? addresses : before
          group.attributes = {
            ...group.attributes,
            Targets: targets.map((Id) => ({ Id, Port: Number(group.properties.Port) })),
            Unhealthy: targets.filter((id) => !addresses.includes(id)),
          }
        }
      },
      take: async (of) => {
        const found = made.get(keyOf(of))
        made.delete(keyOf(of))
        const { state } = fake()
        if (found === undefined) return
        for (const listener of state.resources('AWS::ElasticLoadBalancingV2::Listener'))
          if (listener.properties.LoadBalancerArn === found.arn) state.remove(listener.id)
        for (const group of found.targetGroups) state.remove(group)
        state.remove(found.arn)
      },
    }
  }
}

export interface CloudsOptions extends FakeAwsOptions {
  /** What runs on a cluster beside what every cluster has. */
  readonly engines?: (cluster: FakeCluster) => NonNullable<KubernetesOptions['engines']>
  readonly env?: NodeJS.ProcessEnv
  readonly means?: Means
  /** What the fake answers beside AWS. */
  readonly beside?: Beside
}

export async function startClouds(
  plan: Plan,
  { engines, env, means, beside, ...options }: CloudsOptions = {},
): Promise<Clouds> {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-real-'))
  const clusters = new Map<string, FakeKubernetes>()
  let fake: FakeAws | undefined
  const here = (): FakeAws => {
    if (fake === undefined) throw new Error('the fake is not there yet')
    return fake
  }
  const given: FakeAwsOptions = {
    quotas: { 'ec2/L-0263D0A3': 50, 'ec2/L-1216C47A': 500 },
    strictJoins: true,
    kubernetes: (cluster) =>
      kubernetesForAws({
        balancers: balancersIn(here),
        made: (it) => void clusters.set(it.name, it),
        ...(engines !== undefined && { engines }),
      })(cluster),
    ...options,
  }
  fake = await startFakeAws(given, beside)
  for (const zone of plan.fleet.dnsZones)
    if (zone.existing !== undefined)
      await fake.state.add('AWS::Route53::HostedZone', { Name: zone.name }, { id: zone.existing.hostedZoneId })
  const asked: string[] = []
  const consent: Consent = {
    yes: async (question) => asked.push(question) > 0,
    named: async (name) => asked.push(name) > 0,
  }
  const watch = {
    say: () => undefined,
    begins: () => undefined,
    began: () => undefined,
    observed: () => undefined,
    ended: () => undefined,
  }
  const common = () => ({
    ...{ plan, env: { ...here().env, ...env }, folder, consent, watch, signal: new AbortController().signal },
    means: { ...quickMeans(), ...means },
  })
  return {
    ...{ fake, clusters, folder, asked },
    up: (more = {}) => up({ ...common(), digest: fleetDigest(plan.fleet), ...more }),
    down: (more = {}) => down({ ...common(), ...more }),
    stop: async () => {
      await here().stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What went otherwise than well, for a test's message. */
export const troubleIn = (report: RealReport): readonly string[] =>
  report.work.flatMap(({ id, went }) =>
    went.kind === 'done'
      ? []
      : [
          `${id}: ${went.kind} ${went.kind === 'failed' ? String((went.error as Error).message) : went.kind === 'waits' ? went.for.join(', ') : went.kind === 'person' ? went.what : ''}`,
        ],
  )
