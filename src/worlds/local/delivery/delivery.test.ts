import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { artefacts, bundlesOf } from '../../../artefacts/index.ts'
import { plan, readFleet } from '../../../index.ts'
import type { Plan } from '../../../model/plan.ts'
import { podAnnotations, stagesText } from '../engines/stages.ts'
import { layoutOf } from '../layout.ts'
import { addonsOf } from './addons.ts'
import { deliveriesOf } from './deliveries.ts'
import { awaitedCopies } from './placed.ts'
import { gitOpsOf, repositoryFiles, syncObjects } from './repository.ts'
import { startupsOf } from './startups.ts'
import { standInValue } from './values.ts'

const planOf = async (name: string): Promise<Plan> =>
  plan(await readFleet([fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url))]))
const federation = await planOf('federation')
const localZone = await planOf('local-zone')
const wavelength = await planOf('wavelength')
const recovery = await planOf('recovery')
const addresses = { git: (name: string) => `http://git/${name}`, charts: (name: string) => `http://charts/${name}` }
const delivered = (of: Plan, speed = 1) =>
  deliveriesOf(of, layoutOf(of, undefined), bundlesOf(of), { speed, valueFor: standInValue })

describe('without Flux', () => {
  test('each cluster gets its bundles with their values, a federation its policies, and joins are left to the bring-up', () => {
    expect(delivered(localZone).map(({ to, bundle }) => [to.name, bundle])).toEqual([
      ['eks-cluster', 'game-2048-lz'],
      ['eks-cluster', 'game-2048-backup'],
    ])
    const names = new Set(delivered(federation).map(({ to, bundle }) => `${to.kind}/${to.name} ${bundle}`))
    expect([...names].filter((name) => name.startsWith('cluster/'))).toEqual([])
    expect(names).toContain('federation/main shop')
    expect(names).toContain('federation/main karmada-namespaces')
    expect([...names].filter((name) => /karmada-member|karmada-agent| karmada$/.test(name))).toEqual([])
    const text = JSON.stringify(delivered(wavelength))
    expect(text).toContain('wavelength3-namespace')
    expect(text).not.toContain('${')
  })

  test('a fleet that Flux serves gets nothing by hand', () => {
    expect(delivered(recovery)).toEqual([])
  })

  test('played faster, tolerations are shorter, and nothing else is another', () => {
    const [slow, fast] = [JSON.stringify(delivered(federation)), JSON.stringify(delivered(federation, 10))]
    expect(slow).toMatch(/"tolerationSeconds":60\b/)
    expect(fast).toMatch(/"tolerationSeconds":6\b/)
    expect(fast).not.toMatch(/"tolerationSeconds":60\b/)
  })

  test('add-ons that the plan counts on are stood in for, by their names and places', () => {
    const names = (of: Plan, cluster: string) =>
      (addonsOf(of).get(cluster) ?? []).map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(names(wavelength, 'eks-wavelength')).toEqual([
      'Deployment/coredns',
      'ServiceAccount/aws-load-balancer-controller',
      'Deployment/aws-load-balancer-controller',
      'IngressClass/alb',
    ])
    expect(names(recovery, 'eks-outposts')).toEqual([])
  })

  test('copies are waited for where the plan has them, of a federation only when all its members are here', () => {
    const main = { kind: 'federation', name: 'main' } as const
    const copies = (only?: readonly string[]) =>
      awaitedCopies(federation, layoutOf(federation, only), main).map(
        ({ app, cluster, replicas }) => `${app} ${cluster} ${replicas}`,
      )
    expect(copies()).toContain('ledger plant 2')
    expect(copies()).toContain('shop oregon 4')
    expect(copies(['parent', 'virginia', 'oregon'])).not.toContain('ledger plant 2')
    expect(copies(['parent', 'virginia'])).toEqual(['prices virginia 2'])
  })
})

describe('with Flux', () => {
  const layout = layoutOf(recovery, undefined)
  const gitOps = gitOpsOf(recovery, layout, bundlesOf(recovery))
  if (gitOps === undefined) throw new Error('no GitOps')

  test('the repository is the generated one, file by file, and an overlay for each cluster', () => {
    const generated = artefacts(recovery).filter(({ path }) => path.startsWith('gitops/'))
    const files = repositoryFiles(gitOps, addresses, 1)
    const own = files.filter(({ path }) => path.includes('skerry-local'))
    expect(own.map(({ path }) => path)).toEqual([
      'clusters/outposts/skerry-local/kustomization.yaml',
      'clusters/localzone/skerry-local/kustomization.yaml',
    ])
    const texts = new Map(files.map(({ path, text }) => [`gitops/${path}`, text]))
    expect(files.length).toBe(generated.length + own.length)
    for (const { path, text } of generated) expect([path, texts.get(path)]).toEqual([path, text])
    expect(own[0]?.text).toContain('http://git/eks-outposts')
    expect(own[0]?.text).toContain('http://charts/eks-outposts')
  })

  test('played faster, intervals in that copy are shorter', () => {
    const sync = repositoryFiles(gitOps, addresses, 10).find(({ path }) =>
      path.endsWith('outposts/flux-system/gotk-sync.yaml'),
    )
    expect(sync?.text).toContain('interval: 6000ms')
    expect(sync?.text).toContain('interval: 60000ms')
  })

  test('Flux is started on the source and the root that lead to this machine', () => {
    const [cluster] = gitOps.clusters
    if (cluster === undefined) throw new Error('no cluster')
    expect(cluster.values).toEqual(['fleet_vpc_plant'])
    expect(cluster.secrets).toEqual(['flux-system'])
    expect(syncObjects(gitOps, cluster, addresses, 1).map(({ spec }) => spec)).toMatchObject([
      { url: 'http://git/eks-outposts', ref: { branch: 'master' } },
      { path: './clusters/outposts/skerry-local' },
    ])
  })

  test('what only stacks know has the look of it', () => {
    expect(standInValue('fleet_vpc_plant')).toMatch(/^vpc-[0-9a-f]{17}$/)
    expect(standInValue('fleet_subnet_a')).toMatch(/^subnet-[0-9a-f]{17}$/)
    expect(standInValue('fleet_vpc_plant')).not.toBe(standInValue('fleet_vpc_west'))
  })
})

describe('pods', () => {
  test('are known by namespace and label, on each member that may hold them', () => {
    const startups = startupsOf(federation, new Set(['oregon', 'virginia', 'plant']))
    expect(startups.get('plant')).toContainEqual({
      namespace: 'tenant-plant',
      labels: { app: 'ledger' },
      startupSeconds: 20,
    })
    expect(
      startupsOf(localZone, new Set(['eks-cluster']))
        .get('eks-cluster')
        ?.map(({ namespace }) => namespace),
    ).toEqual(['game-2048-lz', 'game-2048-backup'])
  })

  test('start in the time of their app, divided by the speed; each state has one stage at most', () => {
    const text = stagesText([{ namespace: 'web', labels: { app: 'web' }, startupSeconds: 45 }], 10)
    const stages = text.split('\n---\n').map((one) => JSON.parse(one) as { metadata: { name: string } })
    expect(stages.map(({ metadata }) => metadata.name)).toHaveLength(
      new Set(stages.map(({ metadata }) => metadata.name)).size,
    )
    expect(text).toContain('then 4500 else 0')
    for (const annotation of Object.values(podAnnotations)) expect(text).toContain(annotation)
  })
})
