// Federations of the examples as bundles, against the founding facts, and against what the plan and the twin ask the scheduler.

import { expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import type { Fleet } from '../../model/fleet.ts'
import { header } from '../../plan/fleets.case.ts'
import { plan } from '../../plan/index.ts'
import { failed } from '../../schedule/binding.ts'
import { memberCluster, policyOf } from '../../schedule/declared.ts'
import type { Placement } from '../../schedule/placement.ts'
import { schedule } from '../../schedule/schedule.ts'
import type { KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { at, itemsAt } from '../workloads/fields.ts'
import type { WayBack } from './index.ts'
import { failbackSteps, karmadaBundles } from './index.ts'

const fleet = await readFleet(['examples/federation'])
const made = plan(fleet)
const bundles = karmadaBundles(made)

const named = (name: string, among: readonly Bundle[] = bundles): Bundle => {
  const found = among.find((bundle) => bundle.name === name)
  expect(found, `${name} is among ${among.map((bundle) => bundle.name)}`).toBeDefined()
  return found as Bundle
}
const objectsOf = ({ base }: Bundle): readonly KubernetesObject[] => base.flatMap(({ objects }) => objects)
const object = (bundle: Bundle, kind: string, name?: string): KubernetesObject => {
  const found = objectsOf(bundle).find((one) => one.kind === kind && (name === undefined || one.metadata.name === name))
  expect(found, `${kind} ${name ?? ''} in ${bundle.name}`).toBeDefined()
  return found as KubernetesObject
}
const values = (among = bundles): unknown => at(object(named('karmada', among), 'HelmRelease'), 'spec', 'values')

test('[seed 71, 75] Karmada on its own cluster, three of each component, on nodes and in zones apart', () => {
  const karmada = named('karmada')
  expect(karmada).toMatchObject({ layer: 'infrastructure', targets: [{ cluster: 'parent' }] })
  for (const component of [
    ...['apiServer', 'aggregatedApiServer', 'controllerManager', 'kubeControllerManager', 'scheduler', 'webhook'],
  ])
    expect(at(values(), component), component).toMatchObject({
      replicaCount: 3,
      podDisruptionBudget: { maxUnavailable: 1 },
    })
  expect(at(object(karmada, 'HelmRelease'), 'spec', 'chart', 'spec')).toMatchObject({
    chart: 'karmada',
    version: 'v1.18.2',
  })
})

test('[seed 76, 77] its etcd is its own, three members on encrypted volumes that outlive their claims', () => {
  expect(at(values(), 'etcd')).toMatchObject({
    mode: 'internal',
    internal: { replicaCount: 3, storageType: 'pvc', pvc: { storageClass: 'karmada-etcd' } },
  })
  expect(object(named('karmada'), 'StorageClass')).toMatchObject({
    metadata: { name: 'karmada-etcd' },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    reclaimPolicy: 'Retain',
  })
  expect(object(named('karmada'), 'PodDisruptionBudget')).toMatchObject({
    metadata: { name: 'etcd' },
    spec: { maxUnavailable: 1 },
  })
})

test('[seed 73, 78, 85] every node forwards port 32443, and the certificate has the name of the load balancer', () => {
  expect(at(values(), 'apiServer')).toMatchObject({ serviceType: 'NodePort', nodePort: 32443 })
  expect(at(values(), 'certs', 'auto', 'hosts')).toContain('${fleet_federation_main}')
})

test('[seed 72] members are told with their Region and labels, and never with a token', () => {
  const members = named('karmada-members')
  expect(members.targets).toEqual([{ cluster: 'parent', federation: 'main', values: {} }])
  expect(object(members, 'Cluster', 'virginia')).toMatchObject({
    metadata: { labels: { tier: 'member' } },
    spec: {
      syncMode: 'Push',
      region: 'us-east-1',
      provider: 'aws',
      apiEndpoint: '${fleet_endpoint_virginia}',
      secretRef: { namespace: 'karmada-cluster', name: 'virginia' },
    },
  })
  expect(object(members, 'Cluster', 'plant').spec).toEqual({ syncMode: 'Pull', provider: 'on-premises' })
  for (const { kind, ...rest } of bundles.flatMap(objectsOf))
    if (kind === 'Secret') expect(Object.keys(rest)).toEqual(['apiVersion', 'metadata', 'type'])
})

test('a member that is lost stops nothing that is delivered to the others, and no lost file makes one leave', () => {
  const members = named('karmada-members')
  expect(members.health).toEqual([
    { apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster', current: 'has(status.apiEnablements)' },
  ])
  for (const { kind, metadata } of objectsOf(members))
    if (kind === 'Cluster') expect(metadata.annotations).toEqual({ 'kustomize.toolkit.fluxcd.io/prune': 'disabled' })
  // the agent is no infrastructure: apps that the member's own Flux brings do not wait for Karmada
  expect(named('karmada-agent').layer).toBe('apps')
})

test('a member that is pushed to has the accounts of a join; one that pulls has the agent', () => {
  const join = named('karmada-member')
  expect(join.targets).toEqual([
    { cluster: 'virginia', values: { karmada_member: 'virginia' } },
    { cluster: 'oregon', values: { karmada_member: 'oregon' } },
  ])
  expect(objectsOf(join).map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    'Namespace/karmada-cluster',
    'ServiceAccount/karmada-${karmada_member}',
    'Secret/karmada-${karmada_member}',
    'ServiceAccount/karmada-impersonator',
    'Secret/karmada-impersonator',
    'ClusterRole/karmada-controller-manager:karmada-${karmada_member}',
    'ClusterRoleBinding/karmada-controller-manager:karmada-${karmada_member}',
  ])
  const agent = named('karmada-agent')
  expect(agent.targets).toEqual([
    {
      cluster: 'plant',
      values: {
        karmada_member: 'plant',
        karmada_region: '',
        karmada_zones: '',
        karmada_provider: 'on-premises',
        karmada_endpoint: 'https://10.80.0.10:6443',
      },
    },
  ])
  const [container] = itemsAt(object(agent, 'Deployment'), 'spec', 'template', 'spec', 'containers')
  expect(at(container, 'image')).toBe('docker.io/karmada/karmada-agent:v1.18.2')
})

const federated = (failover: string, more = '', app = ''): readonly Bundle[] =>
  karmadaBundles(plan(fleetIn(failover, more, app)))

const fleetIn = (
  failover: string,
  more = '',
  app = '',
  source = '{ image: "registry.example.com/team/web:1.0" }',
  files: Readonly<Record<string, string>> = {},
): Fleet =>
  fleetFrom(
    `${header}metadata: { name: federated }
networks:
  - { name: parent, region: us-east-1, cidr: 10.1.0.0/16 }
  - { name: m1, region: us-east-1, cidr: 10.2.0.0/16 }
clusters:
  - { name: parent, network: parent, eks: { version: "1.35" } }
  - { name: east, network: m1, eks: { version: "1.35" } }
  - { name: plant, at: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.9.0.1 } }
sites:
  - { name: hub, place: { region: us-east-1 }, cluster: parent, nodePools: [{ name: core, kind: managed, replicas: 3 }] }
  - { name: east, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: w, kind: managed, replicas: 2 }] }
  - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: md, replicas: 2 }] }
federations: [{ name: main, host: parent, members: [east, plant]${failover} }]
---
kind: App
metadata: { name: web }
source: ${source}
placement: [{ federation: main, replicas: 2${more} }]
${app}
`,
    files,
  )

const switchesIn = (among: readonly Bundle[]) => ({
  gate: at(values(among), 'controllerManager', 'featureGates', 'Failover') === true,
  eviction: at(values(among), 'controllerManager', 'extraCommandArgs', 'enable-no-execute-taint-eviction') === true,
  webhook: JSON.stringify(at(object(named('karmada', among), 'HelmRelease'), 'spec', 'postRenderers') ?? '').includes(
    '--allow-no-execute-taint-policy=true',
  ),
  policy: objectsOf(named('karmada-members', among)).some(({ kind }) => kind === 'ClusterTaintPolicy'),
})

test('[seed 88] saying failover turns all four switches on, and each can be left out', () => {
  expect(switchesIn(bundles)).toEqual({ gate: true, eviction: true, webhook: true, policy: true })
  expect(switchesIn(federated(''))).toEqual({ gate: false, eviction: false, webhook: false, policy: false })
  for (const [off, field] of [
    ['gate', 'featureGate'],
    ['eviction', 'noExecuteEviction'],
    ['webhook', 'noExecutePolicyAllowed'],
    ['policy', 'taintPolicy'],
  ] as const)
    expect(switchesIn(federated(`, failover: { ${field}: false }`))).toEqual({
      gate: true,
      eviction: true,
      webhook: true,
      policy: true,
      [off]: false,
    })
})

test('the taint of a lost member is taken off again when it is back', () => {
  expect(object(named('karmada-members'), 'ClusterTaintPolicy').spec).toEqual({
    addOnConditions: [{ conditionType: 'Ready', operator: 'NotIn', statusValues: ['True'] }],
    removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
    taints: [{ key: 'skerry.dev/lost', effect: 'NoExecute' }],
  })
})

test('the chart turns PropagateDeps off; the policies need it on', () => {
  expect(at(values(), 'controllerManager', 'featureGates', 'PropagateDeps')).toBe(true)
})

test('what Karmada is told is what the plan and the twin asked: the same placement, the same outcome', () => {
  let compared = 0
  for (const app of fleet.apps)
    for (const placement of app.placement) {
      const federation = fleet.federations.find(({ name }) => name === placement.federation)
      if (federation === undefined) continue
      const emitted = at(object(named(app.name), 'PropagationPolicy', app.name), 'spec', 'placement') as Placement
      expect(emitted).toEqual(policyOf(federation, placement))
      const outcome = schedule({
        clusters: federation.memberClusters.map((name) => memberCluster(fleet, name)),
        replicas: Number(at(object(named(app.name), 'Deployment'), 'spec', 'replicas')),
        placement: emitted,
      })
      expect(failed(outcome)).toBe(false)
      const got = failed(outcome) ? [] : outcome.result.map(({ name, replicas }) => `${name} ${replicas}`)
      const planned = made.placement.filter((row) => row.app === app.name && row.replicas > 0)
      expect(got.sort(), app.name).toEqual(planned.map(({ cluster, replicas }) => `${cluster} ${replicas}`).sort())
      compared += 1
    }
  expect(compared).toBe(fleet.apps.length)
})

test('[seed 80, 90] NGINX is divided with equal weight, and each member takes its image from its own registry', () => {
  const nginx = named('nginx')
  expect(at(object(nginx, 'PropagationPolicy'), 'spec', 'placement', 'replicaScheduling')).toEqual({
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: [
        { targetCluster: { clusterNames: ['virginia'] }, weight: 1 },
        { targetCluster: { clusterNames: ['oregon'] }, weight: 1 },
      ],
    },
  })
  const rules = at(object(nginx, 'OverridePolicy', 'nginx-2'), 'spec', 'overrideRules')
  expect(rules).toEqual([
    {
      targetCluster: { clusterNames: ['oregon'] },
      overriders: {
        imageOverrider: [
          { component: 'Registry', operator: 'replace', value: '111122223333.dkr.ecr.us-west-2.amazonaws.com' },
        ],
        labelsOverrider: [{ operator: 'add', value: { 'served-from': 'oregon' } }],
      },
    },
  ])
})

test('[seed 89] what must stay in the plant names it, also while it is lost', () => {
  const placement = at(object(named('ledger'), 'PropagationPolicy'), 'spec', 'placement')
  expect(placement).toMatchObject({
    clusterAffinity: { clusterNames: ['plant'] },
    clusterTolerations: [{ key: 'skerry.dev/lost', operator: 'Exists', effect: 'NoExecute' }],
  })
  expect(at(placement, 'clusterTolerations')).not.toHaveProperty('0.tolerationSeconds')
})

test('[seed 88] tenants are kept apart: a namespace goes only to members that may hold something in it, and stays there', () => {
  const tenants = named('karmada-namespaces')
  expect(tenants).toMatchObject({ layer: 'infrastructure', needs: ['karmada-members'] })
  expect(object(tenants, 'Namespace', 'tenant-web').metadata.labels).toEqual({
    'namespace.karmada.io/skip-auto-propagation': 'true',
    'resourcetemplate.karmada.io/deletion-protected': 'Always',
  })
  expect(at(object(tenants, 'ClusterPropagationPolicy', 'namespace-tenant-web'), 'spec', 'placement')).toEqual({
    clusterAffinity: { clusterNames: ['virginia', 'oregon'] },
    clusterTolerations: [{ key: 'skerry.dev/lost', operator: 'Exists', effect: 'NoExecute' }],
  })
  // reports shares the plant's namespace, and may flee to the Regions
  const shared = object(tenants, 'ClusterPropagationPolicy', 'namespace-tenant-plant')
  expect(at(shared, 'spec', 'placement', 'clusterAffinity')).toEqual({ clusterNames: ['virginia', 'oregon', 'plant'] })
  // two apps in one namespace do not wait for each other
  expect(named('reports').needs).toEqual([])
})

test('[seed 88] blue and green, and the canary: the suspended member keeps what it has', () => {
  for (const app of ['shop', 'search'])
    expect(at(object(named(app), 'PropagationPolicy'), 'spec', 'suspension')).toEqual({
      dispatchingOnClusters: { clusterNames: ['oregon'] },
    })
})

test('with groups, what has no pods is on all of them from the start', () => {
  const reports = named('reports')
  const along = at(object(reports, 'PropagationPolicy', 'reports'), 'spec', 'resourceSelectors')
  expect(along).toEqual([{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'reports' }])
  const beside = object(reports, 'PropagationPolicy', 'reports-beside')
  expect(at(beside, 'spec', 'placement')).toMatchObject({
    clusterAffinity: { clusterNames: ['virginia', 'oregon', 'plant'] },
  })
})

test('an app that is unhealthy where it is moves, by what is declared for it', () => {
  const among = federated(
    ', failover: { after: 60s }',
    ', failover: { unhealthyFor: 2m, purge: directly }, groups: [{ name: home, clusters: [plant] }, { name: away, clusters: [east] }]',
  )
  expect(at(object(named('web', among), 'PropagationPolicy'), 'spec', 'failover')).toEqual({
    cluster: { purgeMode: 'Gracefully' },
    application: { decisionConditions: { tolerationSeconds: 120 }, purgeMode: 'Directly' },
  })
})

test('each member gets the load balancer of its own network', () => {
  const rules = itemsAt(object(named('nginx'), 'OverridePolicy', 'nginx-ingress'), 'spec', 'overrideRules')
  expect(
    rules.map((rule) => [
      at(rule, 'targetCluster', 'clusterNames'),
      at(itemsAt(rule, 'overriders', 'annotationsOverrider')[0], 'value'),
    ]),
  ).toEqual([
    [['virginia'], { 'alb.ingress.kubernetes.io/subnets': 'virginia-public-a, virginia-public-b' }],
    [['oregon'], { 'alb.ingress.kubernetes.io/subnets': 'oregon-public-a, oregon-public-b' }],
  ])
})

test('where one member has no controller for an Ingress, its Service is the way in', () => {
  const web = named(
    'web',
    federated('', '', 'expose: { host: web.example.com, routing: { weighted: { east: 1, plant: 1 } } }'),
  )
  expect(object(web, 'Ingress').spec).toMatchObject({ ingressClassName: 'alb' })
  const [rule] = itemsAt(object(web, 'OverridePolicy', 'web-service'), 'spec', 'overrideRules')
  expect(rule).toEqual({
    targetCluster: { clusterNames: ['plant'] },
    overriders: { plaintext: [{ path: '/spec/type', operator: 'add', value: 'LoadBalancer' }] },
  })
})

test('the number of copies follows the load of all members, and is theirs nowhere', () => {
  const among = federated('', '', 'autoscale: { min: 2, max: 20, cpuPercent: 50 }')
  const web = named('web', among)
  expect(object(web, 'FederatedHPA')).toMatchObject({
    apiVersion: 'autoscaling.karmada.io/v1alpha1',
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 20 },
  })
  expect(at(object(web, 'Deployment'), 'spec', 'replicas')).toBeUndefined()
  expect(object(web, 'Deployment').metadata.labels).not.toHaveProperty('resourcetemplate.karmada.io/retain-replicas')
  expect(at(values(among), 'components')).toEqual(['metricsAdapter'])
})

test('members that keep their own count are told so by the label, and patches are those that fit', () => {
  const web = named(
    'web',
    federated(
      '',
      ', retainReplicas: true, overrides: [{ clusters: [plant], image: "10.9.0.5:5000/web:1.1", annotations: { a: b }, patches: [{ path: /spec/replicas, value: 1 }, { path: /spec/paused, value: true }, { path: /metadata/labels/gone, value: null }] }]',
    ),
  )
  expect(object(web, 'Deployment').metadata.labels).toMatchObject({
    'resourcetemplate.karmada.io/retain-replicas': 'true',
  })
  const [rule] = itemsAt(object(web, 'OverridePolicy'), 'spec', 'overrideRules')
  expect(at(rule, 'overriders')).toEqual({
    imageOverrider: [
      { component: 'Registry', operator: 'replace', value: '10.9.0.5:5000' },
      { component: 'Repository', operator: 'replace', value: 'web' },
      { component: 'Tag', operator: 'replace', value: '1.1' },
    ],
    annotationsOverrider: [{ operator: 'add', value: { a: 'b' } }],
    plaintext: [
      { path: '/spec/replicas', operator: 'replace', value: 1 },
      { path: '/spec/paused', operator: 'add', value: true },
      { path: '/metadata/labels/gone', operator: 'remove' },
    ],
  })
})

test('what lies in another namespace has a policy there, and what lies in none a cluster-wide one', () => {
  const files = {
    'app.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: a, image: "a:1" }] } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reads, namespace: monitoring }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: sees }
`,
  }
  const web = named('web', karmadaBundles(plan(fleetIn('', '', '', '{ manifests: app.yaml }', files))))
  const policies = objectsOf(web).filter(({ kind }) => kind.endsWith('PropagationPolicy'))
  const selected = policies.map((policy) => [
    policy.kind,
    policy.metadata.namespace,
    itemsAt(policy, 'spec', 'resourceSelectors').map((one) => at(one, 'kind')),
  ])
  expect(selected).toEqual([
    ['PropagationPolicy', 'web', ['Deployment', 'PodDisruptionBudget']],
    ['PropagationPolicy', 'monitoring', ['Role']],
    ['ClusterPropagationPolicy', undefined, ['ClusterRole']],
  ])
})

const wayBack = (name: string, way: Pick<WayBack, 'now' | 'home'>) => {
  const app = fleet.apps.find((one) => one.name === name)
  const [placement] = app?.placement ?? []
  if (app === undefined || placement === undefined) throw new Error(`no ${name}`)
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', name }
  const groups = placement.groups?.map((group) => group.name) ?? []
  return failbackSteps({ ...way, app: name, namespace: placement.namespace, workload, groups }, 'kubectl').map(
    ({ commands }) => commands,
  )
}

test('the way back from a group is make before break', () => {
  const [hold, rename, release] = wayBack('reports', {
    now: [{ name: 'oregon', replicas: 2 }],
    home: [{ name: 'plant', replicas: 2 }],
  })
  expect(hold).toEqual([
    `kubectl --namespace tenant-plant patch resourcebinding reports-deployment --type merge --patch '{"spec":{"suspension":{"scheduling":true}}}'`,
  ])
  expect(rename?.[0]).toContain('"path":"/spec/placement/clusterAffinities/0/affinityName","value":"home-2"')
  expect(release?.[0]).toContain(
    '"gracefulEvictionTasks":[{"fromCluster":"oregon","replicas":2,"reason":"FailBack","producer":"skerry","purgeMode":"Gracefully"}]',
  )
})

test('where replicas are divided, those at home are ready before Karmada is asked to divide anew', () => {
  const [, both, ready, rebalance, release] = wayBack('nginx', {
    now: [{ name: 'oregon', replicas: 6 }],
    home: [
      { name: 'oregon', replicas: 3 },
      { name: 'virginia', replicas: 3 },
    ],
  })
  expect(both?.[0]).toContain('{"spec":{"clusters":[{"name":"oregon","replicas":6},{"name":"virginia","replicas":3}]}}')
  expect(ready?.[0]).toContain('--watch')
  expect(rebalance?.[1]).toContain('"kind":"WorkloadRebalancer"')
  expect(release?.[0]).toContain(`--patch '{"spec":{"suspension":null}}'`)
})

test('the same fleet gives the same bytes', async () => {
  const text = (among: readonly Bundle[]) => among.map((bundle) => yamlOf(...objectsOf(bundle))).join('')
  expect(text(karmadaBundles(plan(await readFleet(['examples/federation']))))).toBe(text(bundles))
})
