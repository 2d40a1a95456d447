// The examples on a fake cloud, from nothing to nothing: made, found as they should be, taken away.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { allows, iamAction } from '../../../test/cloud/allows.ts'
import type { Clouds, CloudsOptions } from '../../../test/cloud/clouds.ts'
import { startClouds, troubleIn } from '../../../test/cloud/clouds.ts'
import { clusterOf } from '../../../test/eks-anywhere/floors.case.ts'
import { madeByAdminMachine } from '../../../test/eks-anywhere/install.ts'
import type { Example } from '../../../test/example.case.ts'
import { exampleFleet } from '../../../test/example.case.ts'
import { fakeFlux, fluxComponents } from '../../../test/kubernetes/flux.ts'
import { kubeconfigFile } from '../../../test/kubernetes/ground.case.ts'
import { fakeKarmada } from '../../../test/kubernetes/karmada.ts'
import { startKubernetes } from '../../../test/kubernetes/kubernetes.ts'
import { stacksOf } from '../../artefacts/cloudformation/stacks.ts'
import { fluxFiles } from '../../artefacts/flux/flux.ts'
import { bundlesOf } from '../../artefacts/index.ts'
import { deployPolicy } from '../../artefacts/policy/deploy-policy.ts'
import { withoutFlux } from '../../artefacts/without-flux.ts'
import type { KubeObject } from '../kube/client.ts'
import type { Watch } from './report.ts'

const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const groups = ['us-west-2-lax-1', 'us-east-1-wl1']
const slow = 120_000

async function cloudsFor(example: Example, options: CloudsOptions = {}): Promise<Clouds> {
  const { plan } = await exampleFleet(example)
  const clouds = await startClouds(plan, { optedIn: groups, ...options })
  ends.push(() => clouds.stop())
  return clouds
}

/** Every stack holds what its template names, each with an id. */
async function expectWhole({ fake }: Clouds, example: Example): Promise<void> {
  const { plan } = await exampleFleet(example)
  for (const file of stacksOf(plan)) {
    const resources = [...(fake.state.stack(file.name)?.resources.values() ?? [])]
    const there = resources.filter(({ physicalId }) => physicalId !== undefined).map(({ logicalId }) => logicalId)
    expect(there.sort(), file.name).toEqual(Object.keys(file.template.Resources as object).sort())
  }
}

const changedIn = (report: Awaited<ReturnType<Clouds['up']>>) =>
  report.work.filter(({ went }) => went.kind === 'done' && went.changed).map(({ id }) => id)

/** Zones that the fleet says exist, with what Route 53 puts into each. */
const leftIn = ({ fake }: Clouds): readonly string[] =>
  fake.state
    .resources()
    .filter(({ type, id }) => type !== 'AWS::Route53::HostedZone' && !/\|(?:NS|SOA)\|/.test(id))
    .map(({ type, id }) => `${type} ${id}`)

const expectOrder = (order: readonly string[], wanted: readonly string[]): void =>
  expect(order.filter((id) => wanted.includes(id))).toEqual(wanted)

/** In the order in which it was done. */
function recorded(): { readonly order: string[]; readonly watch: Watch } {
  const order: string[] = []
  const nothing = () => undefined
  return {
    order,
    watch: { say: nothing, begins: nothing, began: nothing, observed: nothing, ended: ({ id }) => void order.push(id) },
  }
}

/** Calls that the least-privilege policies, as they are printed, would not have let through. */
async function beyondPolicy({ fake }: Clouds, example: Example): Promise<readonly string[]> {
  const policies = deployPolicy((await exampleFleet(example)).plan).filter((it) => it.for === 'deploy')
  const beyond = fake.calls.flatMap(({ service, action, account, region }) => {
    // the ledger's bucket has a policy of its own, and who may assume the role is said by the role
    if (service === 's3' || action === 'AssumeRole') return []
    const own = policies.filter((it) => it.account === account || it.account === '*')
    const name = iamAction(service, action)
    return allows(own, name, region) ? [] : [`${name} in ${region}`]
  })
  return [...new Set(beyond)]
}

test('local-zone: up makes it, up again finds it as it should be, down leaves nothing [seed 10, 16, 20, 36, 38, 42]', {
  timeout: slow,
}, async () => {
  const clouds = await cloudsFor('local-zone')
  const made = recorded()
  const first = await clouds.up({ watch: made.watch })
  expectOrder(made.order, [
    'stack/local-zone-network-main',
    'stack/local-zone-cluster-eks-cluster',
    'stack/local-zone-nodes-los-angeles-eks-selfmanaged-groupnode',
    'nodes/los-angeles/eks-selfmanaged-groupnode',
    'apps/eks-cluster/los-angeles',
    'stack/local-zone-dns-example-com',
  ])
  expect(troubleIn(first)).toEqual([])
  expect(first.ended).toBe('done')
  await expectWhole(clouds, 'local-zone')
  const records = clouds.fake.state
    .resources('AWS::Route53::RecordSet')
    .filter(({ id }) => id.startsWith('game.example.com'))
  expect(records).toHaveLength(2)
  expect(changedIn(await clouds.up())).toEqual([])
  const taken = recorded()
  const last = await clouds.down({ watch: taken.watch })
  expectOrder(taken.order, [
    'stack/local-zone-dns-example-com',
    'withdraw/apps/eks-cluster/los-angeles',
    'withdraw/chart/eks-cluster/aws-load-balancer-controller',
    'stack/local-zone-nodes-los-angeles-eks-selfmanaged-groupnode',
    'stack/local-zone-cluster-eks-cluster',
    'stack/local-zone-network-main',
  ])
  expect(troubleIn(last)).toEqual([])
  expect([last.left, leftIn(clouds)]).toEqual([[], []])
  expect(await beyondPolicy(clouds, 'local-zone')).toEqual([])
})

test('wavelength: five sites behind one name, their alarms before the health checks that follow them', {
  timeout: slow,
}, async () => {
  const clouds = await cloudsFor('wavelength')
  expect(troubleIn(await clouds.up())).toEqual([])
  await expectWhole(clouds, 'wavelength')
  expect(changedIn(await clouds.up())).toEqual([])
  const last = await clouds.down()
  expect([troubleIn(last), last.left, leftIn(clouds)]).toEqual([[], [], []])
  expect(await beyondPolicy(clouds, 'wavelength')).toEqual([])
})

test('recovery: Flux brings the apps when a person has given it the Secret for Git', { timeout: slow }, async () => {
  const { plan } = await exampleFleet('recovery')
  const files = fluxFiles(plan, withoutFlux(plan, bundlesOf(plan)).bundles)
  const repository = {
    files: Object.fromEntries(files.map(({ path, text }) => [path.replace(/^gitops\//, ''), text])),
    revision: 'master@sha1:0123456789012345678901234567890123456789',
  }
  const clouds = await cloudsFor('recovery', {
    engines: () => [fakeFlux(repository)],
    means: { fluxComponents: async () => fluxComponents as unknown as readonly KubeObject[] },
  })
  const first = await clouds.up()
  expect(first.work.filter(({ went }) => went.kind === 'person').map(({ id }) => id)).toEqual([
    'flux/eks-outposts',
    'flux/eks-localzone',
  ])
  for (const { store } of clouds.clusters.values())
    store.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flux-system', namespace: 'flux-system' } },
      data: { username: 'Z2l0', password: 'eA==' },
    })
  expect(troubleIn(await clouds.up())).toEqual([])
  await expectWhole(clouds, 'recovery')
  expect(changedIn(await clouds.up())).toEqual([])
  const last = await clouds.down()
  expect([troubleIn(last), last.left, leftIn(clouds)]).toEqual([[], [], []])
  expect(await beyondPolicy(clouds, 'recovery')).toEqual([])
})

test('federation: Karmada behind its load balancer, members in two Regions and on a floor', {
  timeout: slow,
}, async () => {
  const configs = mkdtempSync(join(tmpdir(), 'skerry-configs-'))
  ends.push(() => rmSync(configs, { recursive: true, force: true }))
  const plant = await startKubernetes({ name: 'plant', onPremises: true })
  ends.push(() => plant.stop())
  await madeByAdminMachine(plant, clusterOf((await exampleFleet('federation')).plan, 'plant'))
  const controlPlane = 'node-role.kubernetes.io/control-plane'
  plant.addNodes({
    ...{ site: 'plant', pool: 'cp', count: 3, labels: { [controlPlane]: '' } },
    taints: [{ key: controlPlane, effect: 'NoSchedule' }],
  })
  plant.addNodes({ site: 'plant', pool: 'line', count: 3 })
  const kubeconfig = join(configs, 'main')
  const members = () => [plant, ...['virginia', 'oregon'].flatMap((name) => clouds.clusters.get(name) ?? [])]
  const karmada = fakeKarmada({ name: 'main', kubeconfig, members })
  ends.push(() => karmada.stop())
  const clouds = await cloudsFor('federation', {
    engines: ({ name }) => (name === 'parent' ? [karmada.engine] : []),
    env: { KUBECONFIG: `${kubeconfig}:${kubeconfigFile(configs, 'plant', plant)}` },
  })
  expect(troubleIn(await clouds.up())).toEqual([])
  await expectWhole(clouds, 'federation')
  expect(changedIn(await clouds.up())).toEqual([])
  const last = await clouds.down()
  // what an admin machine made, a person takes away
  expect(troubleIn(last)).toEqual([
    expect.stringMatching(/^withdraw\/cluster\/plant: person delete plant on its admin machine/),
  ])
  expect([last.left, leftIn(clouds)]).toEqual([[], []])
  expect(await beyondPolicy(clouds, 'federation')).toEqual([])
})
