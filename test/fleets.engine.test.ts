// Whole fleets of `examples/`, from the command line to the verdict, and then nothing is left of them: what no test beside the code brings
// up. federation, local-zone and recovery are brought up by those (src/worlds/local/), at ten times the speed of life; here two of them at
// the true constants.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { DrillResult } from '../src/drill/result.ts'
import type { KubeObject } from '../src/worlds/kube/client.ts'
import { until } from '../src/worlds/kube/until.ts'
import { clientsFor } from '../src/worlds/local/clients.ts'
import { fluxEngines } from '../src/worlds/local/delivery/flux.ts'
import { down } from '../src/worlds/local/down.ts'
import { faultsInForce } from '../src/worlds/local/faults/index.ts'
import { drilled, example, expectNamed, failedOf, skerry } from '../src/worlds/local/testing/command.case.ts'
import type { Machine } from '../src/worlds/local/testing/machine.case.ts'
import {
  allPorts,
  controlPlaneEngines,
  filesOf,
  hasEngines,
  karmadaEngines,
  listening,
  machine,
  processesOf,
} from '../src/worlds/local/testing/machine.case.ts'
import { needs } from './needs.ts'

const minute = 60_000

beforeEach(needs('the engines', () => hasEngines([...controlPlaneEngines, ...karmadaEngines, ...fluxEngines])))

/** Brings a fleet up, tells its story, and takes it down, after which there is no process, no port and no file of it. */
async function whole(
  name: string,
  source: string,
  words: readonly string[],
  story: (here: Machine) => Promise<void>,
): Promise<void> {
  const here = machine(name, source)
  try {
    const before = filesOf(here.root)
    const begun = Date.now()
    const up = await skerry(here, ['up', '-f', source, ...words])
    expect(up.code, up.err).toBe(0)
    console.info(`${name} ${words.join(' ')}: up after ${((Date.now() - begun) / 1_000).toFixed(1)} s`)
    await story(here)
    expect(faultsInForce(here.folder)).toEqual([])
    const ports = allPorts(here.state())
    expect((await listening(ports)).length).toBeGreaterThan(0)
    const ended = await skerry(here, ['down', '-f', source])
    expect(ended.code, ended.err).toBe(0)
    expect(processesOf(here.root)).toEqual([])
    expect(await listening(ports)).toEqual([])
    expect(filesOf(here.root)).toEqual(before)
  } finally {
    await down({ folder: here.folder, say: () => undefined, now: () => new Date() })
    here.remove()
  }
}

const drill = async (here: Machine, name: string): Promise<DrillResult> => {
  const begun = Date.now()
  const ran = await skerry(here, ['drill', name, '-f', here.source, '--on', 'local', '-o', 'json'])
  const result = drilled(ran)
  console.info(`${result.fleet} ${name}: ${((Date.now() - begun) / 1_000).toFixed(0)} s`)
  expect(failedOf(result)).toEqual([])
  expect(ran.code, ran.err).toBe(0)
  return result
}

const eventOf = ({ timeline }: DrillResult, subject: string, what: string, to: unknown) =>
  timeline.events.find((event) => event.subject === subject && event.what === what && event.to === to)

// the first two wait most of their time, so they run side by side
test.concurrent(
  'wavelength: Boston’s copy is scaled to 0 and back, its users are led to another zone',
  () =>
    whole('wavelength', example('wavelength'), ['--speed', '10'], async (here) => {
      const result = await drill(here, 'scale-to-zero')
      expect(result.live).toMatchObject({ world: 'local', speed: 10 })
      expect(eventOf(result, 'copy/frontend/boston', 'ready', 0)?.decidedBy).toBe('engine')
    }),
  8 * minute,
)

/** An example with one more drill, so short that it can be waited for where nothing is shortened. */
function withDrill(name: string, text: string): string {
  const source = join(mkdtempSync(join(tmpdir(), 'skerry-fleet-')), name)
  cpSync(example(name), source, { recursive: true, filter: (path) => !path.endsWith('/expected') })
  writeFileSync(join(source, 'drills', 'true-constants.yaml'), text)
  return source
}

const memberKilled = `kind: Drill
metadata: { name: true-constants, description: Virginia is killed; nothing is shortened }
faults:
  - { at: 10s, cluster: virginia, lose: controlPlane, how: refuse }
length: 3m
expect:
  - { app: nginx, site: oregon, replicas: 6, within: 2m30s }
  - { app: nginx, site: virginia, replicas: 3, within: 0s, for: 2m }
`
const deadPort = `kind: Drill
metadata: { name: true-constants, description: The check of Los Angeles asks a dead port; nothing is shortened }
faults:
  - { at: 10s, app: game-2048, site: los-angeles, checkPort: 801 }
length: 3m
expect:
  - { app: game-2048, answeredBy: oregon, within: 2m }
  - { app: game-2048, availability: ">= 99%" }
`

test.concurrent(
  'at true constants: Karmada moves the replicas of a member that was killed, and DNS turns from a copy that fails its checks',
  async () => {
    const killed = withDrill('federation', memberKilled)
    const turned = withDrill('local-zone', deadPort)
    const at = (result: DrillResult, subject: string, what: string, to: unknown): number =>
      (eventOf(result, subject, what, to)?.at ?? Number.NaN) - 10
    try {
      // side by side, as most of it is waiting
      await whole('local-zone', turned, [], (lax) =>
        whole('federation', killed, ['--only', 'parent', 'virginia', 'oregon'], async (federation) => {
          const refused = await skerry(federation, ['drill', 'cut-plant', '-f', killed, '--on', 'local'])
          expect(refused.code).toBe(3)
          expect(refused.err).toContain('plant')
          const [moved, answered] = await Promise.all([
            drill(federation, 'true-constants'),
            drill(lax, 'true-constants'),
          ])
          expect(moved.live).toMatchObject({ speed: 1 })
          expect(answered.live).toMatchObject({ speed: 1 })
          // failures for the 30 s of Karmada's threshold, then the minute of the policy
          const lost = at(moved, 'member/main/virginia', 'ready', 'False')
          expect(lost).toBeGreaterThanOrEqual(30)
          // counted from the taint, whose time is written in whole seconds; and what is seen of either may be late
          expect(at(moved, 'binding/main/nginx', 'evicted', 'virginia')).toBeGreaterThanOrEqual(lost + 58)
          expectNamed(moved)
          const chain = [
            eventOf(moved, 'cluster/virginia', 'controlPlane', 'down'),
            eventOf(moved, 'member/main/virginia', 'ready', 'False'),
            eventOf(moved, 'member/main/virginia', 'noExecute', true),
            eventOf(moved, 'binding/main/nginx', 'evicted', 'virginia'),
            eventOf(moved, 'binding/main/nginx', 'targets', 'oregon:6'),
            eventOf(moved, 'copy/nginx/oregon', 'replicas', 6),
          ]
          chain.forEach((event, index) => {
            expect(event, `link ${index}`).toBeDefined()
            if (index > 0) expect(event).toMatchObject({ cause: chain[index - 1]?.id, decidedBy: 'engine' })
          })
          // three failures in a row, ten seconds apart
          expect(at(answered, 'check/game-2048/los-angeles', 'healthy', false)).toBeGreaterThanOrEqual(20)
        }),
      )
    } finally {
      for (const source of [killed, turned]) rmSync(join(source, '..'), { recursive: true, force: true })
    }
  },
  12 * minute,
)

test(
  'stores: a management cluster and three stores, whose EKS Anywhere objects its Flux applies to their real kinds',
  () => {
    const stores = ['store-0002', 'store-0003', 'store-0020']
    return whole('stores', example('stores'), ['--speed', '10', '--only', 'hq-east', ...stores], async (here) => {
      const clients = clientsFor(here.folder, () => here.state().ports)
      try {
        const hq = clients.of({ kind: 'cluster', name: 'hq-east' })
        const kind = await hq.get(
          '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/clusters.anywhere.eks.amazonaws.com',
        )
        expect(kind?.spec).toMatchObject({ names: { kind: 'Cluster' } })
        const applied = await until('that Flux has applied the clusters of the stores', async () => {
          const list = await hq.get<{ items: KubeObject[] }>('/apis/anywhere.eks.amazonaws.com/v1alpha1/clusters')
          const found = (list?.items ?? []).filter(({ metadata }) => stores.includes(metadata.name))
          return found.length === stores.length ? found : undefined
        })
        for (const { metadata, spec } of applied) {
          expect(metadata.labels).toHaveProperty(['kustomize.toolkit.fluxcd.io/name'])
          expect(spec).toMatchObject({ managementCluster: { name: 'hq-east' }, kubernetesVersion: expect.any(String) })
        }
        for (const name of stores) {
          const list = await clients
            .of({ kind: 'cluster', name })
            .get<{ items: KubeObject[] }>('/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations')
          expect(list?.items.length, name).toBeGreaterThan(0)
        }
      } finally {
        clients.close()
      }
    })
  },
  8 * minute,
)
