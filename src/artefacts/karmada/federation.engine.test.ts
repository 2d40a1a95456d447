// What is written for a federation, applied to a real Karmada with two members: accepted as it is, by its webhook too, and carried out as
// the plan said.

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { plan, readFleet } from '../../index.ts'
import type { KubeObject } from '../../worlds/kube/client.ts'
import { until } from '../../worlds/kube/until.ts'
import { enginesOfMachine } from '../../worlds/local/binaries.ts'
import type { Clients } from '../../worlds/local/clients.ts'
import { clientsFor } from '../../worlds/local/clients.ts'
import { down } from '../../worlds/local/down.ts'
import type { Owner } from '../../worlds/local/engine.ts'
import type { Machine } from '../../worlds/local/testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, karmadaEngines, machine } from '../../worlds/local/testing/machine.case.ts'
import { up } from '../../worlds/local/up.ts'
import type { KubernetesObject } from '../artefact.ts'
import { at, itemsAt } from '../workloads/fields.ts'
import { failbackSteps, karmadaBundles } from './index.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const minute = 60_000
const now = () => new Date()
const main: Owner = { kind: 'federation', name: 'main' }
const member = (name: string): Owner => ({ kind: 'cluster', name })
const engines = [...controlPlaneEngines, ...karmadaEngines]

const made = plan(await readFleet([source]))
const bundles = karmadaBundles(made)
const objectsOf = (name: string): readonly KubernetesObject[] =>
  bundles.find((bundle) => bundle.name === name)?.base.flatMap(({ objects }) => objects) ?? []
/** Those whose members are all here: the plant is not. */
const apps = ['prices', 'nginx', 'shop', 'search']

let here: Machine
let clients: Clients

beforeEach(needs('the engines', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  here = machine('artefacts', source)
  await up({
    plan: made,
    only: ['parent', 'virginia', 'oregon'],
    folder: here.folder,
    source,
    engines: enginesOfMachine(process.env),
    say: () => undefined,
    now,
  })
  clients = clientsFor(here.folder, () => here.state().ports)
}, 4 * minute)
afterAll(async () => {
  if (here === undefined) return
  clients?.close()
  await down({ folder: here.folder, say: () => undefined, now })
  here.remove()
}, minute)

const apply = async (owner: Owner, objects: readonly KubernetesObject[]): Promise<void> => {
  for (const object of objects) await clients.of(owner).apply(object as unknown as KubeObject)
}

test(
  'a member takes the accounts of a join, and fills their tokens itself',
  async () => {
    for (const { cluster, values } of bundles.find(({ name }) => name === 'karmada-member')?.targets ?? []) {
      const text = JSON.stringify(objectsOf('karmada-member'))
      const own = text.replaceAll(/\$\{(\w+)\}/g, (_, key: string) => values[key] ?? '')
      await apply(member(cluster), JSON.parse(own) as readonly KubernetesObject[])
    }
    const secret = '/api/v1/namespaces/karmada-cluster/secrets/karmada-virginia'
    await until('the token', async () => {
      const token = at(await clients.of(member('virginia')).get(secret), 'data', 'token')
      return token === undefined ? undefined : true
    })
  },
  minute,
)

test(
  'the control plane takes the members, the taint policy and the rights of an agent',
  async () => {
    const named = objectsOf('karmada-members').filter(
      ({ kind, metadata }) => kind !== 'Cluster' || metadata.name === 'plant',
    )
    await apply(main, named)
    const plant = await clients.of(main).get('/apis/cluster.karmada.io/v1alpha1/clusters/plant')
    expect(plant).toMatchObject({ metadata: { labels: { tier: 'member' } }, spec: { syncMode: 'Pull' } })
  },
  minute,
)

test(
  'the apps are accepted as they are written, and divided as the plan said',
  async () => {
    for (const app of ['karmada-namespaces', ...apps, 'ledger', 'reports']) await apply(main, objectsOf(app))
    for (const app of apps) {
      const copy = made.fleet.apps.find(({ name }) => name === app)?.placement[0]
      const binding = `/apis/work.karmada.io/v1alpha2/namespaces/${copy?.namespace}/resourcebindings/${app}-deployment`
      const planned = made.placement.filter((row) => row.app === app && row.replicas > 0)
      const wanted = planned.map(({ cluster, replicas }) => `${cluster} ${replicas}`).sort()
      const got = await until(`targets of ${app}`, async () => {
        const targets = itemsAt(await clients.of(main).get(binding), 'spec', 'clusters')
        return targets.length === 0 ? undefined : targets
      })
      expect(
        got.map((target) => `${String(at(target, 'name'))} ${String(at(target, 'replicas'))}`).sort(),
        app,
      ).toEqual(wanted)
    }
  },
  3 * minute,
)

test(
  'each member has its own image, its own subnets, and only the namespaces that are for it',
  async () => {
    for (const [name, region] of [
      ['virginia', 'us-east-1'],
      ['oregon', 'us-west-2'],
    ] as const) {
      const on = clients.of(member(name))
      const deployment = await until<KubeObject>('the Deployment', () =>
        on.get('/apis/apps/v1/namespaces/tenant-web/deployments/nginx'),
      )
      const [container] = itemsAt(deployment, 'spec', 'template', 'spec', 'containers')
      expect(at(container, 'image')).toBe(`111122223333.dkr.ecr.${region}.amazonaws.com/nginx:1.29.3`)
      expect(at(deployment, 'metadata', 'labels', 'served-from')).toBe(name)
      const ingress = await until<KubeObject>('the Ingress', () =>
        on.get('/apis/networking.k8s.io/v1/namespaces/tenant-web/ingresses/nginx'),
      )
      expect(ingress.metadata).toMatchObject({
        annotations: { 'alb.ingress.kubernetes.io/subnets': `${name}-public-a, ${name}-public-b` },
      })
      await until<KubeObject>('the budget', () =>
        on.get('/apis/policy/v1/namespaces/tenant-web/poddisruptionbudgets/nginx'),
      )
      // the ledger and its namespace are waiting for the plant; reports may flee to the Regions, and has its namespace there
      expect(await on.get('/apis/apps/v1/namespaces/tenant-plant/deployments/ledger')).toBeUndefined()
    }
  },
  3 * minute,
)

const binding = '/apis/work.karmada.io/v1alpha2/namespaces/tenant-shop/resourcebindings/prices-deployment'
interface Held {
  readonly clusters: readonly string[]
  readonly leaving: readonly string[]
}
const holders = async (): Promise<Held> => {
  const found = await clients.of(main).get(binding)
  return {
    clusters: itemsAt(found, 'spec', 'clusters').map((target) => String(at(target, 'name'))),
    leaving: itemsAt(found, 'spec', 'gracefulEvictionTasks').map((task) => String(at(task, 'fromCluster'))),
  }
}
const heldBy = (what: string, is: (held: Held) => boolean) =>
  until<Held>(what, async () => {
    const held = await holders()
    return is(held) ? held : undefined
  })
const patchIn = (command = ''): unknown => JSON.parse(/--patch '(.*)'$/.exec(command)?.[1] ?? '{}')

test(
  'the way back is made before it is broken: the commands of the runbook, carried out',
  async () => {
    const control = clients.of(main)
    const virginia = '/apis/cluster.karmada.io/v1alpha1/clusters/virginia'
    await heldBy('home', ({ clusters, leaving }) => clusters.join() === 'virginia' && leaving.length === 0)

    // lost for longer than anybody tolerates
    const timeAdded = new Date(Date.now() - 10 * minute).toISOString().replace(/[.]\d+Z$/, 'Z')
    await control.merge(virginia, { spec: { taints: [{ key: 'skerry.dev/lost', effect: 'NoExecute', timeAdded }] } })
    await heldBy('standby', ({ clusters }) => clusters.join() === 'oregon')
    await control.merge(virginia, { spec: { taints: null } })
    await heldBy('the old copy to go', ({ leaving }) => leaving.length === 0)

    const app = made.fleet.apps.find(({ name }) => name === 'prices')
    const placement = app?.placement[0]
    if (app === undefined || placement === undefined) throw new Error('no prices')
    const way = {
      app: 'prices',
      namespace: placement.namespace,
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'prices' },
      groups: placement.groups?.map((group) => group.name) ?? [],
      now: [{ name: 'oregon', replicas: placement.replicas }],
      home: [{ name: 'virginia', replicas: placement.replicas }],
    }
    const steps = failbackSteps(way, 'kubectl')
    const [hold, rename, release] = steps.map(({ commands }) => patchIn(commands[0]))
    await control.merge(binding, hold)
    const policy = '/apis/policy.karmada.io/v1alpha1/namespaces/tenant-shop/propagationpolicies/prices'
    const groups = itemsAt(await control.get(policy), 'spec', 'placement', 'clusterAffinities')
    const renamed = groups.map((group, index) => ({
      ...(group as object),
      affinityName: (rename as readonly { readonly value: string }[])[index]?.value,
    }))
    await control.merge(policy, { spec: { placement: { clusterAffinities: renamed } } })
    await until('the new names at the binding', async () => {
      const found = await control.get(binding)
      const names = itemsAt(found, 'spec', 'placement', 'clusterAffinities').map((group) => at(group, 'affinityName'))
      return names.join() === 'home-2,standby-2' ? true : undefined
    })
    expect((await holders()).clusters).toEqual(['oregon'])
    await control.merge(binding, release)
    // at home again, and the one that stood in still there
    await heldBy('both', ({ clusters, leaving }) => clusters.join() === 'virginia' && leaving.join() === 'oregon')
    await heldBy('home alone', ({ clusters, leaving }) => clusters.join() === 'virginia' && leaving.length === 0)
  },
  3 * minute,
)
