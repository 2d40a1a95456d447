// Every Kubernetes document of every fleet here against those who will read it: the schemas that the engines themselves carry, by kubeconform
// in strict mode, and a real API server by a dry run. That what is built equals what `plan --render` shows is tested beside Flux
// (src/artefacts/flux/kustomize.engine.test.ts), the values of Karmada's chart beside Karmada (src/artefacts/karmada/engines.engine.test.ts).

import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/artefacts/artefact.ts'
import { check } from '../../src/check/check.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { enginesOfMachine } from '../../src/worlds/local/binaries.ts'
import { processesOf } from '../../src/worlds/local/testing/machine.case.ts'
import { needs } from '../needs.ts'
import type { ApiServer } from './api-server.ts'
import { startApiServer } from './api-server.ts'
import type { Document, Documents } from './documents.ts'
import { documentsOf } from './documents.ts'
import { everyWord, fleets } from './fleets.ts'
import { schemaLocation, schemasFromCrds, schemasFromOpenApi } from './schemas.ts'

const engines = enginesOfMachine(process.env)
const programs = ['kubeconform', 'kustomize', 'etcd', 'kube-apiserver', 'kubectl', 'karmada-aggregated-apiserver']
const families = ['kubernetes', 'karmada', 'flux', 'eks-anywhere']
const missing = [
  ...programs.filter((name) => engines.find(name) === undefined),
  ...families.filter((name) => engines.files(name) === '').map((name) => `files of ${name}`),
]
const ready = missing.length === 0 && spawnSync('go', ['version']).status === 0
beforeEach(
  needs('the engines', () => {
    if (missing.length > 0) return `${missing.join(', ')} not there: skerry engines install`
    return ready || 'install Go: it brings the OpenAPI document of Karmada'
  }),
)

/** Kinds that no engine has a definition of, and why. Whatever else has none fails. */
const undefinedKinds: Readonly<Record<string, string>> = {
  'elbv2.k8s.aws/v1beta1/TargetGroupBinding':
    'defined by the chart of the AWS Load Balancer Controller, which comes from a chart repository and not as a module of Go',
  'packages.eks.amazonaws.com/v1alpha1/Package':
    'defined in a repository of its own (aws/eks-anywhere-packages), and installed by EKS Anywhere itself',
}
const kindOf = ({ apiVersion, kind }: KubernetesObject): string => `${apiVersion}/${kind}`
const isDefined = ({ object }: Document): boolean => undefinedKinds[kindOf(object)] === undefined

/** The fleet with every word leaves out what its machines need, and mixes providers: `check` says so (EAS24, EA003). */
const faultyObjects: readonly string[] = [
  'TinkerbellDatacenterConfig store-0001',
  'TinkerbellDatacenterConfig store-0002',
  'VSphereDatacenterConfig hq',
  'VSphereMachineConfig hq-cp',
]
const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`

const root = join(tmpdir(), `skerry-artefacts-${process.pid}`)
const schemas = join(root, 'schemas')
const crds = [
  join(engines.files('karmada'), 'crds', 'bases'),
  ...['source', 'kustomize', 'helm'].map((name) => join(engines.files('flux'), `${name}-controller`, 'crd', 'bases')),
  join(engines.files('eks-anywhere'), 'crds'),
]
const made = new Map<string, Documents>()
const written = (fleet: string): Documents =>
  made.get(fleet) ?? { documents: [], built: [], unreached: [], others: noOthers }
const noOthers = { kustomization: [], part: [], 'chart values': [], 'SOPS rules': [] }
const isFaulty = ({ object }: Document): boolean => faultyObjects.includes(nameOf(object))
const judged = (fleet: string): readonly Document[] =>
  written(fleet).documents.filter((one) => isDefined(one) && !(fleet === everyWord && isFaulty(one)))

beforeAll(async () => {
  if (!ready) return
  for (const [name, written] of Object.entries(fleets))
    made.set(name, await documentsOf(await written(), engines.binary('kustomize'), join(root, 'out', name)))
  const all = [...made.values()].flatMap(({ documents }) => documents)
  const core = new Set(all.map(({ object }) => object.kind))
  schemasFromOpenApi(schemas, join(engines.files('kubernetes'), 'openapi/swagger.json'), (kind) => core.has(kind))
  for (const folder of crds) schemasFromCrds(schemas, folder)
  // `Cluster` has no definition: it is served by Karmada's own API server
  schemasFromOpenApi(schemas, join(karmadaModule(), 'api/openapi-spec/swagger.json'), (kind) => kind === 'Cluster')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function karmadaModule(): string {
  const words = ['mod', 'download', '-json', 'github.com/karmada-io/karmada']
  const told = execFileSync('go', words, { cwd: join(import.meta.dirname, '../../engines/karmada'), encoding: 'utf8' })
  return (JSON.parse(told) as { readonly Dir: string }).Dir
}

/** A file for each, by the name of its source. */
function lay(name: string, documents: readonly Document[]): string {
  const folder = join(root, name)
  for (const { source, text } of documents) {
    const path = join(folder, `${source}.yaml`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}

interface Verdict {
  readonly filename: string
  readonly kind: string
  readonly name: string
  readonly status: 'statusValid' | 'statusInvalid' | 'statusError' | 'statusSkipped'
  readonly msg: string
}

async function verdictsOn(folder: string): Promise<readonly Verdict[]> {
  const words = ['-strict', '-verbose', '-output', 'json', '-schema-location', schemaLocation(schemas), folder]
  const { stdout } = await promisify(execFile)(engines.binary('kubeconform'), words, { maxBuffer: 1 << 28 }).catch(
    // it exits with 1 where it finds a fault, which it tells
    (error: { readonly stdout: string }) => error,
  )
  return (JSON.parse(stdout) as { readonly resources: readonly Verdict[] }).resources
}

describe('the real kustomize', () => {
  test('every folder builds, and is applied by some cluster’s Flux, or by hand, with a value for each variable', () => {
    // that it builds, and has its values, was seen as the documents were made
    for (const [fleet, { built, unreached, others }] of made) {
      expect(built.length, fleet).toBeLessThanOrEqual(others.kustomization.length)
      expect(unreached, fleet).toEqual([])
    }
    expect([...made.values()].flatMap(({ built }) => built).length).toBeGreaterThan(100)
  })
})

describe('kubeconform, strict, with the schemas of the engines', () => {
  test.each(Object.keys(fleets))('%s: every document is valid', async (fleet) => {
    const documents = judged(fleet)
    const verdicts = await verdictsOn(lay(`strict/${fleet}`, documents))
    const faults = verdicts
      .filter(({ status }) => status !== 'statusValid')
      .map(({ filename, kind, name, msg }) => `${filename.replace(root, '')}: ${kind} ${name}: ${msg}`)
    expect(faults).toEqual([])
    expect(verdicts.length).toBe(documents.length)
    expect(documents.length).toBeGreaterThan(1)
  })

  test('only the kinds that are listed are left out, and each of them is written', () => {
    const left = [...made.values()].flatMap(({ documents }) => documents.filter((one) => !isDefined(one)))
    expect([...new Set(left.map(({ object }) => kindOf(object)))].sort()).toEqual(Object.keys(undefinedKinds))
  })

  test('files that are no objects are known by name: kustomizations and their parts, values of charts, rules of SOPS', () => {
    const parts = [...made.values()].flatMap(({ others }) => others.part.map((path) => path.split('/').at(-1) ?? ''))
    expect(parts.filter((name) => !/-patch\.yaml$|^(?:cluster|every-row|rows)\.yaml$/.test(name))).toEqual([])
    const named = (what: 'chart values' | 'SOPS rules') => [...made.values()].flatMap(({ others }) => others[what])
    expect(new Set(named('chart values'))).toEqual(new Set(['charts/parent/karmada.values.yaml']))
    expect(named('SOPS rules')).toEqual(['gitops/fleets/covering/.sops.yaml'])
  })

  test('what check finds wrong in a fleet is what is refused', async () => {
    const codes = check(await readFleet(['src/fleet/covering'])).map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['EAS24', 'EA003']))
    const faulty = written(everyWord).documents.filter(isFaulty)
    expect(faulty.map(({ object }) => nameOf(object)).sort()).toEqual(faultyObjects)
    const verdicts = await verdictsOn(lay('faulty', faulty))
    for (const { status, msg } of verdicts) {
      expect(status).toBe('statusInvalid')
      expect(msg).toContain('missing')
    }
  })

  test('a field that nobody knows, a value of another type and a missing field are refused', async () => {
    const verdicts = await verdictsOn(lay('wrong', wrong))
    expect(verdicts.map(({ status }) => status)).toEqual(wrong.map(() => 'statusInvalid'))
  })
})

describe('a real API server, in a dry run', () => {
  const place = join(root, 'api-server')
  let server: ApiServer | undefined
  beforeAll(async () => {
    if (!ready) return
    server = await startApiServer(place, engines.binary, crds)
    for (const name of namespacesOf([...made.values()].flatMap(({ documents }) => documents)))
      await server.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  })
  afterAll(() => server?.stop())

  /** As a person would ask; the server says which fields it does not know. */
  async function dryRun(folder: string): Promise<{ readonly taken: readonly string[]; readonly faults: string }> {
    const words = [
      ...['apply', '--server-side', '--dry-run=server', '--validate=strict', '--force-conflicts'],
      ...['--kubeconfig', server?.kubeconfig ?? '', '--cache-dir', join(root, 'kubectl'), '--output', 'name'],
      ...['--recursive', '--filename', folder],
    ]
    const { stdout, stderr } = await promisify(execFile)(engines.binary('kubectl'), words, {
      maxBuffer: 1 << 26,
    }).catch((error: { readonly stdout: string; readonly stderr: string }) => error)
    return { taken: stdout.split('\n').filter((line) => line !== ''), faults: stderr.replaceAll(root, '') }
  }

  test.each(Object.keys(fleets))('%s: every document is accepted, to the last field', async (fleet) => {
    const documents = judged(fleet)
    const { taken, faults } = await dryRun(lay(`server/${fleet}`, documents))
    expect(faults).toBe('')
    expect(taken.length).toBe(documents.length)
  })

  test('it refuses what is wrong', async () => {
    const { taken, faults } = await dryRun(lay('refused', wrong))
    expect(taken).toEqual([])
    for (const { object } of wrong) expect(faults).toContain(object.metadata.name)
  })

  test('nothing of it is left', async () => {
    expect(processesOf(place).length).toBeGreaterThan(2)
    await server?.stop()
    expect(processesOf(place)).toEqual([])
    expect(existsSync(place)).toBe(false)
  })

  test('every namespace that is used is made by the same fleet, or by what is installed there', () => {
    for (const [fleet, { documents }] of made) {
      const own = new Set(
        documents.flatMap(({ object }) => (object.kind === 'Namespace' ? [object.metadata.name] : [])),
      )
      expect(
        namespacesOf(documents).filter((name) => !own.has(name) && !installed.test(name)),
        fleet,
      ).toEqual([])
    }
  })
})

/** By Kubernetes, by `flux install`, by Karmada's API server, and by EKS Anywhere for the packages of a cluster. */
const installed = /^(?:default|kube-system|flux-system|karmada-cluster|eksa-packages(?:-[a-z0-9-]+)?)$/

const namespacesOf = (documents: readonly Document[]): readonly string[] => [
  ...new Set(documents.flatMap(({ object }) => object.metadata.namespace ?? [])),
]

/** One for each source of schemas. */
const wrong: readonly Document[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'wrong-field' },
    spec: { ports: [{ port: 80, targetport: 80 }] },
  },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'wrong-missing' }, spec: { replicas: 1 } },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'wrong-flux' },
    spec: { interval: '5m', prune: 'yes', sourceRef: { kind: 'GitRepository', name: 'it' } },
  },
  {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    metadata: { name: 'wrong-karmada' },
    spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'Service' }], placements: {} },
  },
  {
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'wrong-cluster' },
    spec: { syncMode: 'Push', apiEndpoints: 'https://10.0.0.1' },
  },
  {
    apiVersion: 'anywhere.eks.amazonaws.com/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'wrong-anywhere' },
    spec: { kubernetesVersion: 1.35 },
  },
].map((object) => ({ source: object.metadata.name, text: JSON.stringify(object), object }))
