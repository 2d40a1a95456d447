// What skerry adds to an app, and what it leaves alone.

import { expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import { header } from '../../plan/fleets.case.ts'
import { plan } from '../../plan/index.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { at } from './fields.ts'
import { workloadBundles } from './index.ts'

const cluster = 'eks: { version: "1.35", oidcProvider: true }'
const oregon = `{ name: oregon, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: w, kind: managed, instanceTypes: [m5.large], replicas: 3 }] }`
const los = `{ name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: west, nodePools: [{ name: e, replicas: 2, instanceTypes: [t3.medium] }] }`
const store = `{ name: store, place: { onPremises: vsphere }, cluster: store, link: { offlineFor: 7d }, nodePools: [{ name: machine, replicas: 1 }] }`

const bundlesOf = (app: string, files: Readonly<Record<string, string>> = {}, more = ''): readonly Bundle[] =>
  workloadBundles(
    plan(
      fleetFrom(
        `${header}metadata: { name: carry }
networks: [{ name: west, region: us-west-2, cidr: 10.1.0.0/16 }]
clusters:
  - { name: west, network: west, tolerations: { unreachable: 60s }, ${cluster} }
  - { name: store, eksAnywhere: { provider: vsphere, version: "1.35" } }
sites: [${oregon}, ${los}, ${store}]
${more}
---
kind: App
metadata: { name: web }
${app}
`,
        files,
      ),
    ),
  )

const objectsOf = ([bundle]: readonly Bundle[]): readonly KubernetesObject[] =>
  bundle?.base.flatMap(({ objects }) => objects) ?? []
const one = (bundles: readonly Bundle[], kind: string): KubernetesObject | undefined =>
  objectsOf(bundles).find((object) => object.kind === kind)
const kinds = (bundles: readonly Bundle[]): readonly string[] => objectsOf(bundles).map(({ kind }) => kind)
const podOf = (bundles: readonly Bundle[]): unknown => at(one(bundles, 'Deployment'), 'spec', 'template', 'spec')

const expose = (site: string, more = '') =>
  `expose: { host: web.example.com, port: 8080, healthCheck: { path: /ready }, routing: { simple: ${site} }${more} }`

test('an image becomes a Deployment, a Service and an Ingress, probed where the health checks look', () => {
  const bundles = bundlesOf(`source: { image: "registry.example.com/web:1" }
placement: [{ site: los-angeles, replicas: 2 }]
${expose('los-angeles')}`)
  expect(kinds(bundles)).toEqual(['Namespace', 'Deployment', 'Service', 'Ingress', 'PodDisruptionBudget'])
  const [container] = at(podOf(bundles), 'containers') as readonly unknown[]
  expect(container).toMatchObject({
    image: 'registry.example.com/web:1',
    ports: [{ name: 'main', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 'main' } },
  })
  expect(one(bundles, 'Ingress')).toMatchObject({
    metadata: {
      annotations: {
        'alb.ingress.kubernetes.io/scheme': 'internet-facing',
        'alb.ingress.kubernetes.io/target-type': 'ip',
        'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":8080}]',
        'alb.ingress.kubernetes.io/healthcheck-path': '/ready',
      },
    },
    spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { number: 8080 } } } }] } }] },
  })
})

test('pods of a pinned copy stay in its zone and apart from each other; those of a free one go anywhere', () => {
  const app = (pinned: boolean) => `source: { image: "web:1" }
placement: [{ site: los-angeles, replicas: 2, pinned: ${pinned} }]`
  expect(podOf(bundlesOf(app(true)))).toMatchObject({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['us-west-2-lax-1a'] }],
            },
          ],
        },
      },
    },
    topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
  })
  expect(podOf(bundlesOf(app(false)))).not.toHaveProperty('affinity')
})

test('how long pods stay on a lost node is that of the app, else that of the cluster', () => {
  const tolerations = (app: string) =>
    (at(podOf(bundlesOf(app)), 'tolerations') as readonly { key: string; tolerationSeconds: number }[]).map(
      ({ key, tolerationSeconds }) => [key.slice(key.indexOf('/') + 1), tolerationSeconds],
    )
  const app = 'source: { image: "web:1" }\nplacement: [{ site: oregon }]'
  expect(tolerations(app)).toEqual([['unreachable', 60]])
  expect(tolerations(`${app}\ntolerations: { notReady: 20s, unreachable: 30s }`)).toEqual([
    ['not-ready', 20],
    ['unreachable', 30],
  ])
})

test('an autoscaler gets a HorizontalPodAutoscaler, and Git no longer says how many there are', () => {
  const bundles = bundlesOf(`source: { image: "web:1" }
placement: [{ site: oregon, replicas: 2 }]
autoscale: { min: 2, max: 9, cpuPercent: 60 }
resources: { cpu: 0.25, memoryGiB: 0.5 }`)
  expect(one(bundles, 'HorizontalPodAutoscaler')).toMatchObject({
    apiVersion: 'autoscaling/v2',
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 60 } } }],
    },
  })
  expect(at(one(bundles, 'Deployment'), 'spec', 'replicas')).toBeUndefined()
  expect(kinds(bundles)).toContain('PodDisruptionBudget')
  const [container] = at(podOf(bundles), 'containers') as readonly unknown[]
  expect(at(container, 'resources', 'requests')).toEqual({ cpu: '250m', memory: '512Mi' })
})

test('a chart is installed by Flux, at its one version, with its values', () => {
  const bundles =
    bundlesOf(`source: { chart: { repository: "oci://charts.example.com/web", name: web, version: 1.2.3, values: { a: 1 } } }
placement: [{ site: oregon }]`)
  expect(bundles[0]?.base.map(({ file }) => file)).toEqual(['namespace.yaml', 'repository.yaml', 'release.yaml'])
  expect(one(bundles, 'HelmRepository')?.spec).toMatchObject({ type: 'oci', url: 'oci://charts.example.com/web' })
  expect(one(bundles, 'HelmRelease')?.spec).toMatchObject({
    chart: { spec: { chart: 'web', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: 'web' } } },
    values: { a: 1 },
  })
})

const deployment = (name: string, pod: string, replicas = 1): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: ${pod}
`
const service = (name: string): string => `---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
`

test('a site that is cut off keeps its images; one that is not is left as it was written', () => {
  const files = {
    'app.yaml': deployment(
      'web',
      '{ containers: [{ name: a, image: "a:1", imagePullPolicy: Always }, { name: b, image: b }, { name: c, image: "r:5000/c:2" }] }',
    ),
  }
  const policies = (site: string) =>
    (
      at(
        podOf(bundlesOf(`source: { manifests: app.yaml }\nplacement: [{ site: ${site} }]`, files)),
        'containers',
      ) as readonly unknown[]
    ).map((container) => at(container, 'imagePullPolicy'))
  expect(policies('store')).toEqual(['IfNotPresent', 'IfNotPresent', undefined])
  expect(policies('oregon')).toEqual(['Always', undefined, undefined])
})

test('MetalLB and NLB make a Service of type LoadBalancer of the one before the app', () => {
  const files = { 'app.yaml': deployment('web', '{ containers: [{ name: a, image: "a:1" }] }') + service('web') }
  const front = (site: string, balancer: string) =>
    one(
      bundlesOf(
        `source: { manifests: app.yaml }\nplacement: [{ site: ${site} }]\n${expose(site, `, loadBalancer: ${balancer}`)}`,
        files,
      ),
      'Service',
    )
  expect(front('store', 'metallb')).toMatchObject({ spec: { type: 'LoadBalancer' } })
  const nlb = front('oregon', 'nlb')
  expect(nlb?.spec).toMatchObject({ type: 'LoadBalancer' })
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer-'
  expect(nlb?.metadata.annotations).toMatchObject({
    [`${prefix}type`]: 'external',
    [`${prefix}nlb-target-type`]: 'ip',
    [`${prefix}scheme`]: 'internet-facing',
  })
})

test('what the team says stands: a budget, a spread, a pin by its own label, annotations of its Ingress', () => {
  const files = {
    'app.yaml': `${deployment(
      'web',
      '{ nodeSelector: { topology.kubernetes.io/zone: us-west-2-lax-1a }, topologySpreadConstraints: [{ topologyKey: rack, maxSkew: 1, whenUnsatisfiable: DoNotSchedule }], containers: [{ name: a, image: "a:1" }] }',
      7,
    )}${service('web')}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: theirs }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, annotations: { alb.ingress.kubernetes.io/scheme: internal } }
spec: { ingressClassName: alb, defaultBackend: { service: { name: web, port: { number: 80 } } } }
`,
  }
  const bundles = bundlesOf(
    `source: { manifests: app.yaml }\nplacement: [{ site: los-angeles, replicas: 2 }]\n${expose('los-angeles')}`,
    files,
  )
  expect(podOf(bundles)).not.toHaveProperty('affinity')
  expect(at(podOf(bundles), 'topologySpreadConstraints')).toHaveLength(1)
  expect(objectsOf(bundles).filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(1)
  expect(one(bundles, 'Ingress')?.metadata.annotations).toMatchObject({
    'alb.ingress.kubernetes.io/scheme': 'internal',
  })
  // the number of copies is the one thing that the fleet says for the team
  expect(at(one(bundles, 'Deployment'), 'spec', 'replicas')).toBe(2)
})

test('the replicas are those of the workload behind the Service, not of another beside it', () => {
  const files = {
    'app.yaml': `${deployment('worker', '{ containers: [{ name: a, image: "a:1" }] }', 5)}---
${deployment('web', '{ containers: [{ name: a, image: "a:1" }] }')}${service('web')}`,
  }
  const bundles = bundlesOf('source: { manifests: app.yaml }\nplacement: [{ site: oregon, replicas: 3 }]', files)
  const replicas = objectsOf(bundles)
    .filter(({ kind }) => kind === 'Deployment')
    .map((object) => [object.metadata.name, at(object, 'spec', 'replicas')])
  expect(replicas).toEqual([
    ['worker', 5],
    ['web', 3],
  ])
})

test('an object that lies in another namespace on purpose stays there', () => {
  const files = {
    'app.yaml': `${deployment('web', '{ containers: [{ name: a, image: "a:1" }] }')}---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web-reads, namespace: kube-system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: extension-apiserver-authentication-reader }
`,
  }
  const bundles = bundlesOf('source: { manifests: app.yaml }\nplacement: [{ site: oregon }]', files)
  expect(bundles[0]?.namespace).toBeUndefined()
  expect(one(bundles, 'RoleBinding')?.metadata.namespace).toBe('kube-system')
  expect(one(bundles, 'Deployment')?.metadata.namespace).toBe('web')
})

test('rows of a class on AWS are one shape: the subnets of a load balancer are a value of the row', () => {
  const classes = `classes:
  - name: edge
    rows: { key: id, columns: { id: string, zone: string }, list: [{ id: lax, zone: us-west-2-lax-1b }, { id: las, zone: us-west-2-las-1a }] }
    site: { name: "edge-{id}", place: { localZone: "{zone}" }, labels: { role: edge }, nodePools: [{ name: e, replicas: 2, instanceTypes: [t3.medium] }] }
    cluster: { network: west, eks: { version: "1.35" } }`
  const bundles = bundlesOf(
    `source: { image: "web:1" }
placement: [{ matchLabels: { role: edge }, replicas: 2 }]
${expose('edge-lax')}`,
    {},
    classes,
  )
  const [bundle] = bundles
  expect(bundle?.overlays).toEqual([])
  expect(podOf(bundles), 'a cluster of one site needs no pin').not.toHaveProperty('affinity')
  expect(one(bundles, 'Ingress')?.metadata.annotations).toMatchObject({
    'alb.ingress.kubernetes.io/subnets': '${site_subnets}',
  })
  expect(bundle?.targets.map(({ class: name, values }) => [name, values])).toEqual([
    ['edge', { site_subnets: 'west-us-west-2-lax-1b-public' }],
    ['edge', { site_subnets: 'west-us-west-2-las-1a-public' }],
  ])
})

test('a Secret that anybody could read is left out; one that SOPS has encrypted is carried', () => {
  const secret = (name: string, more: string) =>
    `---\napiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\nstringData: { token: hunter2 }\n${more}`
  const files = {
    'app.yaml':
      deployment('web', '{ containers: [{ name: a, image: "a:1" }] }') +
      secret('plain', '') +
      secret('sealed', 'sops: { mac: x }\n'),
  }
  const bundles = bundlesOf('source: { manifests: app.yaml }\nplacement: [{ site: oregon }]', files)
  expect(objectsOf(bundles).flatMap(({ kind, metadata }) => (kind === 'Secret' ? metadata.name : []))).toEqual([
    'sealed',
  ])
})

test('what a kustomization generates lies in a file of its own', () => {
  const files = {
    'app/kustomization.yaml': 'resources: [app.yaml]\nconfigMapGenerator: [{ name: settings, literals: [A=1] }]\n',
    'app/app.yaml': deployment(
      'web',
      '{ containers: [{ name: a, image: "a:1", envFrom: [{ configMapRef: { name: settings } }] }] }',
    ),
  }
  const bundles = bundlesOf('source: { kustomize: app }\nplacement: [{ site: oregon }]', files)
  expect(bundles[0]?.base.map(({ file }) => file)).toEqual(['namespace.yaml', 'app.yaml', 'generated.yaml'])
  const name = one(bundles, 'ConfigMap')?.metadata.name
  expect(name).toMatch(/^settings-[a-z0-9]{10}$/)
  expect(JSON.stringify(podOf(bundles))).toContain(`"configMapRef":{"name":"${name}"}`)
})
