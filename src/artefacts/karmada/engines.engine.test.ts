// The artefacts of Karmada against Karmada itself: its chart's own keys and what the chart makes of our values, and its CRDs.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeEach, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { needs } from '../../../test/needs.ts'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import { header } from '../../plan/fleets.case.ts'
import { plan } from '../../plan/index.ts'
import { enginesOfMachine } from '../../worlds/local/binaries.ts'
import type { KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import type { Fields } from '../workloads/fields.ts'
import { at, isFields, itemsAt } from '../workloads/fields.ts'
import { karmadaBundles } from './index.ts'

const lock = join(import.meta.dirname, '../../../engines/karmada')
let folder: string | undefined
const moduleFolder = (): string =>
  (folder ??= String(
    JSON.parse(
      execFileSync('go', ['mod', 'download', '-json', 'github.com/karmada-io/karmada'], {
        cwd: lock,
        encoding: 'utf8',
      }),
    ).Dir,
  ))
beforeEach(needs('go', () => spawnSync('go', ['version']).status === 0 || 'install Go 1.26 or newer'))

const everything = fleetFrom(`${header}metadata: { name: everything }
networks: [{ name: parent, region: us-east-1, cidr: 10.1.0.0/16 }]
clusters:
  - { name: parent, network: parent, eks: { version: "1.35" } }
  - { name: plant, at: plant, labels: { line: a }, eksAnywhere: { provider: vsphere, version: "1.35" } }
sites:
  - { name: hub, place: { region: us-east-1 }, cluster: parent, nodePools: [{ name: core, kind: managed, replicas: 3 }] }
  - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: md, replicas: 2 }] }
federations: [{ name: main, host: plant, members: [parent, plant], etcd: { storage: memory }, failover: { after: 60s, purge: directly } }]
---
kind: App
metadata: { name: web }
source: { image: "registry.example.com/team/web:1.0" }
stateful: true
placement:
  - federation: main
    replicas: 3
    division: aggregated
    groups: [{ name: home, matchLabels: { line: a } }, { name: away, regions: [us-east-1], exclude: [plant] }]
    spread: [{ by: cluster, min: 1, max: 2 }]
    failover: { unhealthyFor: 2m, gracePeriod: 5m }
    suspendedOn: [parent]
    overrides: [{ clusters: [plant], image: "10.9.0.5:5000/web@sha256:${'0'.repeat(64)}", labels: { a: b }, annotations: { c: d }, patches: [{ path: /spec/paused, value: true }] }]
autoscale: { min: 2, max: 9 }
expose: { host: web.example.com, routing: { weighted: { hub: 1, plant: 1 } } }
`)
const all: readonly (readonly Bundle[])[] = [
  karmadaBundles(plan(await readFleet(['examples/federation']))),
  karmadaBundles(plan(everything)),
]
const objects = all.flat().flatMap(({ base }) => base.flatMap((file) => file.objects))
const releases = objects.filter(({ kind }) => kind === 'HelmRelease')

test('every value that we set is a key of the chart', () => {
  const chart = parse(readFileSync(join(moduleFolder(), 'charts/karmada/values.yaml'), 'utf8')) as Fields
  /** Maps that the chart hands on as they are: {} in its values, or Kubernetes' own types. */
  const open = /^(?:.*\.(?:affinity|podDisruptionBudget|featureGates|extraCommandArgs))$/
  const walk = (ours: Fields, theirs: Fields, path: string): readonly string[] =>
    Object.entries(ours).flatMap(([key, value]) => {
      const here = path === '' ? key : `${path}.${key}`
      if (!Object.hasOwn(theirs, key)) return [here]
      const known = theirs[key]
      return isFields(value) && isFields(known) && !open.test(here) ? walk(value, known, here) : []
    })
  expect(releases.length).toBeGreaterThan(1)
  for (const release of releases) expect(walk(at(release, 'spec', 'values') as Fields, chart, '')).toEqual([])
})

/** Its only dependency names images; it is no part of the module. */
const common = `{{- define "common.images.image" -}}
{{ .imageRoot.registry }}/{{ .imageRoot.repository }}:{{ .imageRoot.tag }}
{{- end -}}
{{- define "common.images.pullSecrets" -}}{{- end -}}
`

function rendered(helm: string, release: KubernetesObject): readonly KubernetesObject[] {
  const work = mkdtempSync(join(tmpdir(), 'skerry-chart-'))
  try {
    const chart = join(work, 'karmada')
    execFileSync('cp', ['-R', join(moduleFolder(), 'charts/karmada'), chart])
    execFileSync('chmod', ['-R', 'u+w', chart])
    const meta = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as Fields
    writeFileSync(join(chart, 'Chart.yaml'), yamlOf({ ...meta, dependencies: [] }))
    rmSync(join(chart, 'Chart.lock'))
    writeFileSync(join(chart, 'templates/_common.tpl'), common)
    writeFileSync(join(work, 'values.yaml'), yamlOf(at(release, 'spec', 'values')))
    const text = execFileSync(
      helm,
      ['template', 'karmada', chart, '--namespace', 'karmada-system', '--values', join(work, 'values.yaml')],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    )
    return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? [])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const helm = enginesOfMachine(process.env).find('helm')

test('the real Helm makes of them what we mean', (context) => {
  needs('helm', () => helm !== undefined || 'not built: skerry engines install helm')(context)
  const [release] = releases
  if (helm === undefined || release === undefined) throw new Error('nothing to render')
  const made = rendered(helm, release)
  const find = (kind: string, name: string) => made.find((one) => one.kind === kind && one.metadata.name === name)
  const command = (name: string) =>
    itemsAt(itemsAt(find('Deployment', name), 'spec', 'template', 'spec', 'containers')[0], 'command')
  const components = [
    ...['apiserver', 'aggregated-apiserver', 'controller-manager', 'kube-controller-manager', 'scheduler', 'webhook'],
  ].map((name) => `karmada-${name}`)
  for (const name of components) {
    expect(at(find('Deployment', name), 'spec', 'replicas'), name).toBe(3)
    expect(at(find('PodDisruptionBudget', name), 'spec', 'maxUnavailable'), name).toBe(1)
    // our anti-affinity means these very pods
    const labels = at(find('Deployment', name), 'spec', 'template', 'metadata', 'labels') as Fields
    const affinity = at(find('Deployment', name), 'spec', 'template', 'spec', 'affinity', 'podAntiAffinity')
    const [preferred] = itemsAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution')
    expect(labels).toMatchObject(at(preferred, 'podAffinityTerm', 'labelSelector', 'matchLabels') as Fields)
  }
  expect(command('karmada-controller-manager')).toEqual(
    expect.arrayContaining([
      '--feature-gates=Failover=true,PropagateDeps=true',
      '--enable-no-execute-taint-eviction=true',
    ]),
  )
  expect(at(find('Service', 'karmada-apiserver'), 'spec')).toMatchObject({
    type: 'NodePort',
    ports: [{ nodePort: 32443 }],
  })
  expect(find('StatefulSet', 'etcd')?.spec).toMatchObject({
    replicas: 3,
    template: { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } } } },
    volumeClaimTemplates: [
      { spec: { storageClassName: 'karmada-etcd', resources: { requests: { storage: '10Gi' } } } },
    ],
  })
  expect(JSON.stringify(made)).toContain('${fleet_federation_main}')
})

test('what is patched into the rendered chart finds its place there', (context) => {
  needs('helm', () => helm !== undefined || 'not built: skerry engines install helm')(context)
  if (helm === undefined) throw new Error('no helm')
  let patched = 0
  for (const release of releases) {
    const made = rendered(helm, release)
    for (const renderer of itemsAt(release, 'spec', 'postRenderers'))
      for (const patch of itemsAt(renderer, 'kustomize', 'patches')) {
        const target = made.find(
          ({ kind, metadata }) => kind === at(patch, 'target', 'kind') && metadata.name === at(patch, 'target', 'name'),
        )
        const operations = JSON.parse(String(at(patch, 'patch'))) as readonly { path: string; op: string }[]
        for (const { path, op } of operations) {
          const steps = path.split('/').slice(1)
          const parent = (op === 'add' ? steps.slice(0, -1) : steps).reduce<unknown>(
            (inner, step) => (Array.isArray(inner) ? (inner[Number(step)] as unknown) : at(inner, step)),
            target,
          )
          expect(parent, `${op} ${path}`).toBeDefined()
          patched += 1
        }
      }
  }
  expect(patched).toBe(4)
})

/** As the API server takes it in strict mode: what a schema does not name is an error. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly)
  if (!isFields(schema)) return schema
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties !== undefined
  return {
    ...Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strictly(value)])),
    ...(isFields(schema.properties) && schema.type === 'object' && !open && { additionalProperties: false }),
  }
}

function schemas(): ReadonlyMap<string, (value: unknown) => readonly unknown[]> {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const bases = join(moduleFolder(), 'charts/karmada/_crds/bases')
  const found = new Map<string, (value: unknown) => readonly unknown[]>()
  for (const file of readdirSync(bases, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.yaml')) continue
    const crd = parse(readFileSync(join(bases, file), 'utf8')) as unknown
    for (const version of itemsAt(crd, 'spec', 'versions')) {
      const schema = strictly(at(version, 'schema', 'openAPIV3Schema')) as Fields
      const metadata = { type: 'object' }
      const validate = ajv.compile({ ...schema, properties: { ...(schema.properties as Fields), metadata } })
      const key = `${String(at(crd, 'spec', 'group'))}/${String(at(version, 'name'))} ${String(at(crd, 'spec', 'names', 'kind'))}`
      found.set(key, (value) => (validate(value) ? [] : (validate.errors ?? [])))
    }
  }
  return found
}

test('every policy is one that Karmada’s API takes, to the last field', () => {
  const known = schemas()
  const seen = new Set<string>()
  for (const object of objects) {
    const validate = known.get(`${object.apiVersion} ${object.kind}`)
    if (validate === undefined) continue
    seen.add(object.kind)
    expect(validate(object), `${object.kind} ${object.metadata.name}`).toEqual([])
  }
  expect([...seen].sort()).toEqual([
    'ClusterPropagationPolicy',
    'ClusterTaintPolicy',
    'FederatedHPA',
    'OverridePolicy',
    'PropagationPolicy',
  ])
  const wrong = { ...objects.find(({ kind }) => kind === 'PropagationPolicy'), spec: { placements: {} } }
  expect(known.get('policy.karmada.io/v1alpha1 PropagationPolicy')?.(wrong)).not.toEqual([])
})
