// A small fleet of engines of a few lines, with an API and a world outside that are files: what one process does to it, and is killed over,
// the next one finds.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fleetFrom } from '../../../fleet/from.ts'
import type { Fleet } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import { plan as planOf } from '../../../plan/index.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import type { Clients } from '../clients.ts'
import type { EngineSpec, StopOrder } from '../engine.ts'
import { portsWanted } from '../engines-of.ts'
import type { Layout } from '../layout.ts'
import { layoutOf } from '../layout.ts'
import type { Conditions } from '../outside/conditions.ts'
import { allWell } from '../outside/conditions.ts'
import { choosePorts } from '../ports.ts'
import { isOurs } from '../process.ts'
import type { Runner } from '../runner.ts'
import { ensureRunning } from '../runner.ts'
import type { Ledger } from '../state.ts'
import { freshState, ledgerAt, readState, recovered } from '../state.ts'
import { fakeEngine } from '../testing/fake-engine.case.ts'
import type { FaultsOptions, Happening, OutsideOfFaults } from './port.ts'

const text = `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: small }
networks: [{ name: n, region: eu-central-1, cidr: 10.0.0.0/16 }]
clusters: [{ name: a, network: n, eks: { version: "1.35" } }, { name: p, eksAnywhere: { provider: docker, version: "1.35" } }]
sites:
  - { name: fra, place: { region: eu-central-1 }, cluster: a, nodePools: [{ name: w, instanceTypes: [m5.large], replicas: 2 }] }
  - { name: hall, place: { onPremises: docker }, cluster: p, nodePools: [{ name: w, replicas: 1, bootTime: 60s }] }
---
kind: App
metadata: { name: web }
source: { image: "registry.example.com/web:1.0" }
placement: [{ site: fra, replicas: 3 }, { site: hall, replicas: 1 }]
---
kind: Drill
metadata: { name: d }
`

const read = (faults: string): Fleet => fleetFrom(`${text}faults:\n${faults}`)

export interface FakeFleet extends Omit<FaultsOptions, 'drill'> {
  readonly outside: OutsideOfFaults & { audiences(running: boolean): Promise<void> }
  /** Told to ask, or not to. */
  readonly audiences: () => readonly boolean[]
  readonly fleet: Fleet
  readonly plan: Plan
  readonly layout: Layout
  readonly ledger: Ledger
  readonly runner: Runner
  readonly told: Happening[]
  readonly drill: Fleet['drills'][number]
  /** How an engine is by now. */
  readonly engine: (id: string) => 'running' | 'frozen' | 'dead'
  readonly conditions: () => Conditions
  readonly object: (path: string) => KubeObject | undefined
  readonly put: (path: string, object: KubeObject) => void
}

export async function fakeFleet(folder: string, faults: string, speed = 100): Promise<FakeFleet> {
  const fleet = read(faults)
  const plan = planOf(fleet)
  const layout = layoutOf(plan, undefined)
  const ledger = ledgerAt(folder, recovered(readState(folder) ?? freshState('small', folder, folder)))
  const known = ledger.state().ports
  const ids = Object.keys(portsWanted(layout)).filter((id) => id.startsWith('cluster/'))
  const ports =
    Object.keys(known).length > 0 ? known : await choosePorts(Object.fromEntries(ids.map((id) => [id, ['http']])), {})
  ledger.change((state) => ({ ...state, ports }))
  const runner: Runner = {
    ledger,
    binary: () => process.execPath,
    credentials: () => ({ ca: '', cert: '', key: '' }),
    now: () => new Date(),
  }
  const conditionsPath = join(folder, 'conditions.json')
  const conditions = (): Conditions =>
    existsSync(conditionsPath) ? (JSON.parse(readFileSync(conditionsPath, 'utf8')) as Conditions) : allWell
  const askedFor: boolean[] = []
  const outside: FakeFleet['outside'] = {
    conditions: async () => conditions(),
    setConditions: async (to) => writeFileSync(conditionsPath, JSON.stringify(to)),
    audiences: async (running) => void askedFor.push(running),
  }
  const api = (name: string) => fakeApi(join(folder, `objects-${name}.json`))
  const clients: Clients = {
    credentials: runner.credentials,
    of: ({ name }) => api(name).client,
    close: () => undefined,
  }
  const told: Happening[] = []
  const [drill] = fleet.drills
  if (drill === undefined) throw new Error('no drill')
  return {
    ...{ fleet, plan, layout, folder, ledger, runner, clients, outside, speed, told, drill },
    engines: ids.map((id) => specOf(id, ports[id]?.http ?? 0)),
    now: () => new Date(),
    emit: (happening) => told.push(happening) - 1,
    say: () => undefined,
    conditions,
    audiences: () => askedFor,
    engine: (id) => {
      const { process: it, token = '' } = ledger.state().engines[id] ?? {}
      if (it === undefined || !isOurs(it, token)) return 'dead'
      return / T /.test(readFileSync(`/proc/${it.pid}/stat`, 'latin1')) ? 'frozen' : 'running'
    },
    object: (path) => api(cluster(path)).objects().get(rest(path)),
    put: (path, object) => api(cluster(path)).put(rest(path), object),
  }
}

/** `a:/api/v1/...` */
const cluster = (path: string): string => path.slice(0, path.indexOf(':'))
const rest = (path: string): string => path.slice(path.indexOf(':') + 1)

function specOf(id: string, port: number): EngineSpec {
  const [kind = '', owner = '', part = ''] = id.split('/')
  const order: StopOrder = part === 'etcd' ? 2 : part === 'kube-apiserver' ? 1 : 0
  const api = `${kind}/${owner}/kube-apiserver`
  return {
    ...fakeEngine(port, { order }),
    id,
    name: part.startsWith('kwok-') ? 'kwok' : (part as EngineSpec['name']),
    owner: { kind: 'cluster', name: owner },
    needs: part === 'etcd' ? [] : part === 'kube-apiserver' ? [`${kind}/${owner}/etcd`] : [api],
  }
}

/** All engines of these clusters run, and what an app and its nodes are in the API is there. */
export async function begin(it: FakeFleet, clusters: readonly string[] = ['a', 'p']): Promise<void> {
  const specs = it.engines.filter(({ owner }) => clusters.includes(owner.name))
  await Promise.all(specs.map((spec) => ensureRunning(it.runner, spec)))
  for (const name of ['a', 'p']) {
    it.put(`${name}:/api/v1/namespaces/default`, made('Namespace', 'default'))
    it.put(`${name}:/api/v1/namespaces/web`, made('Namespace', 'web'))
    it.put(`${name}:/apis/apps/v1/namespaces/web/deployments/web`, {
      ...made('Deployment', 'web', 'web'),
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: {} } },
    })
    it.put(`${name}:/api/v1/namespaces/web/pods/web-1`, {
      ...made('Pod', 'web-1', 'web'),
      metadata: { name: 'web-1', namespace: 'web', labels: { app: 'web' } },
      status: { phase: 'Running' },
    })
  }
  for (const node of ['a:fra-w-1', 'a:fra-w-2', 'p:hall-w-1']) {
    const [name = '', object = ''] = node.split(':')
    it.put(`${name}:/api/v1/nodes/${object}`, made('Node', object))
  }
}

const made = (kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
})

function fakeApi(path: string) {
  const objects = (): Map<string, KubeObject> =>
    new Map(existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as [string, KubeObject][]) : [])
  const save = (all: ReadonlyMap<string, KubeObject>): void => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, JSON.stringify([...all]))
  }
  const put = (at: string, object: KubeObject): void => save(objects().set(at, object))
  const client: KubeClient = {
    get: async <T>(asked: string) => {
      const [at = '', query] = asked.split('?')
      const found = objects().get(at.replace(/\/scale$/, ''))
      if (found !== undefined) return (asked.endsWith('/scale') ? scaleOf(found) : found) as T
      const node = query?.split('%3D')[1]
      const inside = at === '/api/v1/pods' ? /\/pods\/[^/]+$/ : new RegExp(`^${at}/[^/]+$`)
      if (!/s$/.test(at)) return undefined
      const items = [...objects()].filter(
        ([key, { spec }]) =>
          inside.test(key) && (node === undefined || (spec as { nodeName?: string } | undefined)?.nodeName === node),
      )
      return { items: items.map(([, object]) => object) } as T
    },
    merge: async (asked, body) => {
      const at = asked.replace(/\/scale$/, '')
      const there = objects().get(at)
      if (there === undefined) throw new KubeError(404, `no ${at}`)
      put(at, merged(there, body) as KubeObject)
      return there
    },
    post: async (at, body) => {
      const object = body as KubeObject
      put(`${at}/${object.metadata.name}`, object)
      return object
    },
    delete: async (at) => save(new Map([...objects()].filter(([key]) => key !== at && !key.startsWith(`${at}/`)))),
    pathOf: async ({ kind, metadata }) => {
      if (kind === 'Namespace') return `/api/v1/namespaces/${metadata.name}`
      return `/apis/apps/v1/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${metadata.name}`
    },
    apply: async (object) => object,
    applyYaml: async () => made('Namespace', ''),
    tried: async (object) => object,
    postYaml: async () => made('Namespace', ''),
    close: () => undefined,
  }
  return { client, objects, put }
}

/** As an API server writes it: none is left out. */
function scaleOf({ metadata, spec }: KubeObject): KubeObject {
  const { replicas } = (spec ?? {}) as { readonly replicas?: number }
  return { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: { ...(replicas !== 0 && { replicas }) } }
}

function merged(there: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object') return patch
  const all = { ...((there ?? {}) as Record<string, unknown>) }
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete all[key]
    else all[key] = merged(all[key], value)
  return all
}
