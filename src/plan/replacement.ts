// What cannot change in place. A VPC has the range that it was made with, a cluster the range of its services, so that another value
// is another thing: it is made anew, and what stands on it with it. A plan that called this a change would promise what no engine does.
// Volumes of nodes are none of this: they are in a launch template, whose new version is rolled out node by node.

import type { IntentValue, PlannedStep, Step, StepKind } from '../model/plan.ts'
import type { Difference } from './diff.ts'

/** The properties that CloudFormation calls create-only in its schemas of resource types. */
const createOnly = (type: string): string =>
  `CloudFormation schema of ${type}, createOnlyProperties: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/`
const anywhere = 'eks-anywhere v0.26.1, pkg/api/v1alpha1/cluster_webhook.go: validateImmutableFieldsCluster'

interface Fixed {
  readonly path: RegExp
  readonly source: string
  /** Only for steps of which this holds. */
  readonly of?: (step: Step) => boolean
  /** Also where one of the two sides has no value. */
  readonly evenUnset?: true
}

const isKind =
  (...kinds: readonly string[]) =>
  ({ intent }: Step): boolean =>
    typeof intent.kind === 'string' && kinds.includes(intent.kind)

const isPart =
  (part: string) =>
  ({ intent }: Step): boolean =>
    intent.part === part

const fixed: Partial<Readonly<Record<StepKind, readonly Fixed[]>>> = {
  network: [
    { path: /^(cidr|region|account)$/, source: createOnly('AWS::EC2::VPC') },
    { path: /^subnets\.[^.]+\.(cidr|zone|outpost)$/, source: createOnly('AWS::EC2::Subnet') },
    { path: /^endpoints\.[^.]+\.(service|type)$/, source: createOnly('AWS::EC2::VPCEndpoint') },
    { path: /^networkBorderGroup$/, source: createOnly('AWS::EC2::EIP') },
  ],
  'cluster.create': [
    {
      path: /^(kind|region|account|network|at)$/,
      source: 'a control plane stays in the account, network and place that it was made in',
    },
    { path: /^(serviceCidr|ipFamily|secretsKey)$/, source: createOnly('AWS::EKS::Cluster'), of: isKind('eks') },
    {
      path: /^(storage|controlPlaneInstanceType|etcdInstanceType|placementGroup|spreadLevel)$/,
      source: createOnly('AWS::EKS::Cluster'),
      of: isKind('eksOutpost'),
    },
    {
      path: /^(provider|podCidr|serviceCidr|endpoint)$/,
      source: anywhere,
      of: isKind('eksAnywhere'),
    },
    {
      path: /^(managementCluster|etcd\.stacked|etcd\.replicas)$/,
      source: anywhere,
      of: isKind('eksAnywhere'),
      evenUnset: true,
    },
  ],
  'pool.join': [
    { path: /^(kind|cluster|zone)$/, source: 'nodes of another kind, cluster or zone are other nodes' },
    { path: /^(instanceTypes|subnets|spot|os)$/, source: createOnly('AWS::EKS::Nodegroup'), of: isKind('managed') },
    { path: /^subnets$/, source: createOnly('AWS::EKS::FargateProfile'), of: isKind('fargate') },
  ],
  'federation.start': [
    { path: /^host$/, source: 'Karmada’s etcd is on its host: on another it starts empty' },
    { path: /^etcd\.storage$/, source: 'Kubernetes: the volumeClaimTemplates of a StatefulSet are immutable' },
  ],
  'app.place': [{ path: /^namespace$/, source: 'Kubernetes: an object stays in the namespace that it was made in' }],
  'route.point': [
    { path: /^account$/, source: 'a hosted zone stays in the account that it was made in', of: isPart('zone') },
    { path: /^zone$/, source: createOnly('AWS::Route53::RecordSet'), of: isPart('record') },
    {
      path: /^checks\.[^.]+\.(protocol|by|intervalSeconds|contains)$/,
      source: createOnly('AWS::Route53::HealthCheck'),
      of: isPart('healthChecks'),
      evenUnset: true,
    },
  ],
}

/** The differences that no engine carries out in place, each with its source. */
export function forcedBy(step: Step, differences: readonly Difference[]): readonly { path: string; source: string }[] {
  const rules = (fixed[step.kind] ?? []).filter(({ of }) => of === undefined || of(step))
  return differences.flatMap(({ path, before, after }) => {
    const rule = rules.find((it) => it.path.test(path))
    if (rule === undefined) return []
    // what has no value yet is given one; a search string that comes or goes changes the type of a check
    const unset = before === undefined || before === null || after === undefined || after === null
    return unset && rule.evenUnset === undefined ? [] : [{ path, source: rule.source }]
  })
}

/** Replaced steps with what forces them and what hangs on them; what stands on a replaced thing is replaced too. */
export function withReplacements(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  if (!steps.some(({ change }) => change === 'replace')) return steps.map(retitled)
  const because = new Map<string, string[]>()
  const dependents = new Map<string, string[]>()
  const carried = carriedBy(steps)
  const there = new Set(steps.filter(({ change, existing }) => change !== 'create' && !existing).map(({ id }) => id))
  const add = (map: Map<string, string[]>, key: string, value: string): void => {
    const known = map.get(key)
    if (known === undefined) map.set(key, [value])
    else if (!known.includes(value)) known.push(value)
  }
  const follow = (root: PlannedStep): void => {
    const open = [...carried(root)]
    const seen = new Set([root.id])
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next.id) || !there.has(next.id)) continue
      seen.add(next.id)
      add(because, next.id, root.id)
      open.push(...carried({ ...next, change: 'replace', differences: [] }))
    }
  }
  for (const step of steps) if (step.change === 'replace') follow(step)
  for (const step of steps) for (const root of because.get(step.id) ?? []) add(dependents, root, step.id)
  return steps.map((step) => {
    const roots = because.get(step.id) ?? []
    if (step.change !== 'replace' && roots.length === 0) return retitled(step)
    return retitled({
      ...step,
      change: 'replace',
      replacement: {
        fields: step.change === 'replace' ? forcedBy(step, step.differences) : [],
        because: roots,
        dependents: dependents.get(step.id) ?? [],
      },
    })
  })
}

/** What stands directly on a step that is replaced. */
function carriedBy(steps: readonly PlannedStep[]): (step: PlannedStep) => readonly PlannedStep[] {
  const onCluster = new Map<string, PlannedStep[]>()
  const onNetwork = new Map<string, PlannedStep[]>()
  const put = (map: Map<string, PlannedStep[]>, key: string | undefined, step: PlannedStep): void => {
    if (key === undefined) return
    const known = map.get(key)
    if (known === undefined) map.set(key, [step])
    else known.push(step)
  }
  for (const step of steps) {
    const { kind, subject, needs, intent } = step
    if (standsOnCluster.has(kind)) put(onCluster, subject.cluster, step)
    if (kind === 'cluster.create' || (kind === 'network' && intent.part !== undefined))
      put(onNetwork, subject.network, step)
    if (kind === 'pool.join')
      for (const need of needs) if (need.startsWith('network/')) put(onNetwork, need.split('/')[1], step)
  }
  return (step) => {
    const { kind, subject, intent, differences } = step
    if (kind === 'cluster.create') return onCluster.get(subject.cluster ?? '') ?? []
    if (kind !== 'network' || intent.part !== undefined) return []
    const here = onNetwork.get(subject.network ?? '') ?? []
    const forced = forcedBy(step, differences).map(({ path }) => path)
    if (forced.some((path) => !path.startsWith('subnets.'))) return here
    // a control plane can be given other subnets of its network; nodes that stood in the old one cannot follow
    const gone = new Set(forced.map((path) => path.split('.')[1] ?? ''))
    return here.filter((it) => it.kind === 'pool.join' && namesIn(it.intent.subnets).some((name) => gone.has(name)))
  }
}

const standsOnCluster: ReadonlySet<StepKind> = new Set([
  'pool.join',
  'addon',
  'federation.start',
  'member.join',
  'gitops.start',
  'app.place',
])

const namesIn = (value: IntentValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

const verbs = { change: 'Change', replace: 'Replace' } as const

/** A step that makes a thing says so; one that alters it says that instead. */
function retitled(step: PlannedStep): PlannedStep {
  const { change, kind, title, subject } = step
  if ((change !== 'change' && change !== 'replace') || kind === 'verify') return step
  const verb = verbs[change]
  const subnets = change === 'replace' && kind === 'network' ? replacedSubnets(step) : undefined
  if (subnets !== undefined) return { ...step, title: `${verb} ${subnets} of the network ${subject.network}` }
  return { ...step, title: altered(title, verb, step) }
}

function altered(title: string, verb: string, { kind, subject }: PlannedStep): string {
  if (kind === 'pool.join') {
    const { pool, site } = subject
    const rest = title
      .replace(/^(?:Join|Take) /, '')
      .replace(` (${pool})`, '')
      .replace(` at ${site}`, '')
      .replace(/ to (\S+)$/, ' in $1')
    return `${verb} the pool ${pool} at ${site}: ${rest}`
  }
  if (kind === 'route.point')
    return title
      .replace(/^Point (\S+) at /, `${verb} the record of $1 for `)
      .replace(/^Make /, `${verb} the `)
      .replace(/^Create /, `${verb} `)
  if (kind === 'member.join') return title.replace(/^Join (\S+) to /, `${verb} $1 in `)
  return title
    .replace(/^(?:Create|Install|Start|Place|Allocate|Make) /, `${verb} `)
    .replace(/^Add \d+ subnets? to /, `${verb} the subnets added to `)
}

/** Where only subnets are replaced, and the network stays. */
function replacedSubnets(step: PlannedStep): string | undefined {
  const forced = forcedBy(step, step.differences).map(({ path }) => path)
  if (forced.length === 0 || forced.some((path) => !path.startsWith('subnets.'))) return undefined
  const names = [...new Set(forced.map((path) => path.split('.')[1] ?? ''))]
  return `the ${names.length === 1 ? 'subnet' : 'subnets'} ${names.join(', ')}`
}
