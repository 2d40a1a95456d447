// Flux on two real clusters, following the generated repository: it is reconciled as it is but for the listed overlay, what is deleted by
// hand comes back, and a second `up` has nothing to do; and then the drill for whose sake the fleet was declared. At ten times the speed,
// so that ten minutes are one.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../../test/needs.ts'
import { plan, readFleet } from '../../../index.ts'
import type { KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import type { Clients } from '../clients.ts'
import { clientsFor } from '../clients.ts'
import type { Owner } from '../engine.ts'
import { faultsInForce } from '../faults/index.ts'
import { repositoryFolders } from '../outside/outside-of.ts'
import { bringUp, takeDown } from '../testing/brought-up.case.ts'
import { drilled, failedOf, skerry } from '../testing/command.case.ts'
import type { Machine } from '../testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine, processesOf } from '../testing/machine.case.ts'
import type { UpReport } from '../up.ts'
import { fluxEngines } from './flux.ts'

const source = fileURLToPath(new URL('../../../../examples/recovery', import.meta.url))
const engines = [...controlPlaneEngines, ...fluxEngines]
const minute = 60_000
const speed = 10
const outposts: Owner = { kind: 'cluster', name: 'eks-outposts' }
const deployment = '/apis/apps/v1/namespaces/game-2048/deployments/deployment-2048'

let here: Machine
let clients: Clients
let report: UpReport

const upAgain = async (): Promise<UpReport> => bringUp(here, plan(await readFleet([source])), { speed })
const git = (...words: readonly string[]): string =>
  execFileSync('git', ['--git-dir', repositoryFolders(here.folder).git, ...words], { encoding: 'utf8' }).trim()

beforeEach(needs('the engines of Flux', () => hasEngines(engines)))
beforeAll(async () => {
  if (hasEngines(engines) !== true) return
  here = machine('recovery', source)
  report = await upAgain()
  clients = clientsFor(here.folder, () => here.state().ports)
}, 6 * minute)
afterAll(() => takeDown(here, clients, ({ root }) => expect(processesOf(root)).toEqual([])), minute)

test('the repository is reconciled on both clusters, with one overlay for each and nothing else added', async () => {
  console.info(
    `recovery at speed ${speed}: ${report.seconds.toFixed(1)} s, ${report.memory.reduce((sum, it) => sum + it.mebibytes, 0)} MiB`,
  )
  for (const name of ['eks-outposts', 'eks-localzone']) {
    const api = clients.of({ kind: 'cluster', name })
    const list = await api.get<{ items: KubeObject[] }>(
      '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations',
    )
    expect(list?.items.map(({ metadata }) => metadata.name)).toEqual([
      'aws-load-balancer-controller',
      'flux-system',
      'game-2048',
    ])
    expect((await api.get(deployment))?.status).toMatchObject({ readyReplicas: 1 })
    const controller = '/apis/apps/v1/namespaces/kube-system/deployments/ee-aws-load-balancer-controller'
    expect((await api.get(controller))?.status).toMatchObject({ readyReplicas: 2 })
  }
  expect(
    git('ls-tree', '-r', '--name-only', 'master')
      .split('\n')
      .filter((path) => path.includes('skerry')),
  ).toEqual(['clusters/localzone/skerry-local/kustomization.yaml', 'clusters/outposts/skerry-local/kustomization.yaml'])
  const answer = (id: string) => report.answers.find(({ step }) => step.id === id)?.answer
  expect(answer('app.place/game-2048/outposts')).toEqual({ kind: 'done' })
  expect(answer('addon/eks-outposts/aws-load-balancer-controller')).toMatchObject({
    what: expect.stringContaining('clusters/outposts/skerry-local'),
  })
})

test(
  'a second up commits nothing, changes nothing and starts nothing',
  async () => {
    const before = [git('rev-parse', 'master'), (await clients.of(outposts).get(deployment))?.metadata.generation]
    const again = await upAgain()
    expect(again.started).toBe(0)
    expect([git('rev-parse', 'master'), (await clients.of(outposts).get(deployment))?.metadata.generation]).toEqual(
      before,
    )
  },
  3 * minute,
)

test(
  'a Deployment that is deleted by hand comes back by itself',
  async () => {
    const api = clients.of(outposts)
    const old = await api.get(deployment)
    await api.delete(deployment)
    const begun = Date.now()
    await until(
      'that it is back',
      async () => {
        const found = await api.get(deployment)
        return found !== undefined && found.metadata.uid !== old?.metadata.uid ? true : undefined
      },
      { seconds: 120 },
    )
    const seconds = (Date.now() - begun) / 1_000
    console.info(`back after ${seconds.toFixed(1)} s, ${(seconds * speed).toFixed(0)} s of the drill`)
    // an interval of ten minutes, five in a hundred more at most, and the work itself
    expect(seconds * speed).toBeLessThan(630 + 30 * speed)
  },
  3 * minute,
)

test(
  'the service link of the Outpost is cut: the Region evicts, the plant is served all the while; healed, the outage comes then',
  async () => {
    const ran = await skerry(here, ['drill', 'cut-service-link', '-f', source, '--on', 'local', '-o', 'json'])
    const result = drilled(ran)
    expect(failedOf(result)).toEqual([])
    expect(ran.code, ran.err).toBe(0)
    const { events } = result.timeline
    const healed = 960
    const told = (subject: string, what: string, to: unknown) =>
      events.filter((event) => event.subject === subject && event.what === what && event.to === to)
    // written off in the Region, while the drill's expectations found the plant served
    const [writtenOff] = told('copy/game-2048/outposts', 'endpoints', 0)
    expect(writtenOff?.decidedBy).toBe('engine')
    expect(writtenOff?.at).toBeLessThan(healed)
    // the door on the LAN hears of it when the link is back: only then is nobody served, until the pods are called ready again
    const [outage] = told('users/game-2048/plant-floor', 'served', 0)
    expect(outage?.at).toBeGreaterThanOrEqual(healed)
    expect(told('users/game-2048/plant-floor', 'served', 1).at(-1)?.at).toBeGreaterThan(outage?.at ?? 0)
    expect(faultsInForce(here.folder)).toEqual([])
  },
  8 * minute,
)
