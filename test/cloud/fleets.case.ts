// The examples brought up on a fake cloud with what they need beside it, for those who then look, break and mend: Git and its Secret for
// Flux, Karmada on its host, the cluster of a floor that an admin machine has made.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fluxFiles } from '../../src/artefacts/flux/flux.ts'
import { bundlesOf } from '../../src/artefacts/index.ts'
import { withoutFlux } from '../../src/artefacts/without-flux.ts'
import type { Fleet } from '../../src/model/fleet.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { KubeObject } from '../../src/worlds/kube/client.ts'
import type { OpenGround } from '../../src/worlds/real/ground-for.ts'
import { groundToLook } from '../../src/worlds/real/looking.ts'
import { clusterOf } from '../eks-anywhere/floors.case.ts'
import { madeByAdminMachine } from '../eks-anywhere/install.ts'
import type { Example } from '../example.case.ts'
import { exampleFleet } from '../example.case.ts'
import { fakeFlux, fluxComponents } from '../kubernetes/flux.ts'
import { kubeconfigFile } from '../kubernetes/ground.case.ts'
import type { FakeKarmada } from '../kubernetes/karmada.ts'
import { fakeKarmada } from '../kubernetes/karmada.ts'
import type { FakeKubernetes } from '../kubernetes/kubernetes.ts'
import { startKubernetes } from '../kubernetes/kubernetes.ts'
import type { Clouds, CloudsOptions } from './clouds.ts'
import { startClouds, troubleIn } from './clouds.ts'

/** Nothing is up in it yet. */
export interface CloudFor {
  readonly fleet: Fleet
  readonly plan: Plan
  readonly clouds: Clouds
  /** What whoever runs against it has in the environment beside that of the fake. */
  readonly env: NodeJS.ProcessEnv
  readonly cluster: (name: string) => FakeKubernetes
  readonly karmada: () => FakeKubernetes
  /** The Secret by which Flux reads Git, as a person is asked to put it. */
  readonly giveGitSecret: () => void
  /** Nothing goes on any more, in the cloud and in the clusters. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface FleetThere extends CloudFor {
  /** For whoever looks, breaks and gives back. */
  readonly ground: OpenGround
}

const optedIn = ['us-west-2-lax-1', 'us-east-1-wl1']

export async function fleetThere(example: Example): Promise<FleetThere> {
  const cloud = await cloudFor(example)
  const { plan, clouds, env } = cloud
  try {
    let report = await clouds.up()
    if (plan.fleet.gitops !== undefined) {
      cloud.giveGitSecret()
      report = await clouds.up()
    }
    const trouble = troubleIn(report)
    if (trouble.length > 0) throw new Error(`${example} is not up: ${trouble.join('; ')}`)
    const ground = groundToLook({
      plan,
      env: { ...clouds.fake.env, ...env },
      folder: clouds.folder,
      role: 'deploy',
      means: { retryMode: 'standard', pause: () => wait(10) },
    })
    const stop = async (): Promise<void> => {
      ground.close()
      await cloud.stop()
    }
    return { ...cloud, ground, stop }
  } catch (error) {
    await cloud.stop()
    throw error
  }
}

export async function cloudFor(example: Example, given: CloudsOptions = {}): Promise<CloudFor> {
  const { fleet, plan } = await exampleFleet(example)
  const ends: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  const more = new Map<string, FakeKubernetes>()
  let karmada: FakeKarmada | undefined
  let clouds: Clouds | undefined
  try {
    const options =
      fleet.federations.length > 0 ? await federated() : fleet.gitops === undefined ? {} : await delivered()
    const made = await startClouds(plan, { optedIn, ...options, ...given })
    clouds = made
    ends.push(() => made.stop())
    const all = (): readonly FakeKubernetes[] => {
      const api = karmada?.api()
      return [...made.clusters.values(), ...more.values(), ...(api === undefined ? [] : [api])]
    }
    return {
      ...{ fleet, plan, clouds: made, stop },
      env: options.env ?? {},
      cluster: (name) => found(made.clusters.get(name) ?? more.get(name), name),
      karmada: () => found(karmada?.api(), 'Karmada'),
      giveGitSecret: () => {
        for (const { store } of made.clusters.values())
          store.apply({
            ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flux-system', namespace: 'flux-system' } },
            data: { username: 'Z2l0', password: 'eA==' },
          })
      },
      settled: async () => {
        await made.fake.state.settled()
        // what one writes may wake another: Karmada puts onto members, and gathers from them
        for (let turn = 0; turn < 3; turn += 1) for (const one of all()) await one.settled()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }

  async function delivered(): Promise<CloudsOptions> {
    const files = fluxFiles(plan, withoutFlux(plan, bundlesOf(plan)).bundles)
    const repository = {
      files: Object.fromEntries(files.map(({ path, text }) => [path.replace(/^gitops\//, ''), text])),
      revision: 'master@sha1:0123456789012345678901234567890123456789',
    }
    return {
      engines: () => [fakeFlux(repository)],
      means: { fluxComponents: async () => fluxComponents as unknown as readonly KubeObject[] },
    }
  }

  async function federated(): Promise<CloudsOptions> {
    const configs = mkdtempSync(join(tmpdir(), 'skerry-configs-'))
    ends.push(() => rmSync(configs, { recursive: true, force: true }))
    const plant = await startKubernetes({ name: 'plant', onPremises: true })
    ends.push(() => plant.stop())
    more.set('plant', plant)
    await madeByAdminMachine(plant, clusterOf(plan, 'plant'))
    const controlPlane = 'node-role.kubernetes.io/control-plane'
    plant.addNodes({
      ...{ site: 'plant', pool: 'control-plane', count: 3, labels: { [controlPlane]: '' } },
      taints: [{ key: controlPlane, effect: 'NoSchedule' }],
    })
    plant.addNodes({ site: 'plant', pool: 'line', count: 3 })
    const kubeconfig = join(configs, 'main')
    const members = () => [plant, ...['virginia', 'oregon'].flatMap((name) => clouds?.clusters.get(name) ?? [])]
    const engine = fakeKarmada({ name: 'main', kubeconfig, members })
    karmada = engine
    ends.push(() => engine.stop())
    return {
      engines: ({ name }) => (name === 'parent' ? [engine.engine] : []),
      env: { KUBECONFIG: `${kubeconfig}:${kubeconfigFile(configs, 'plant', plant)}` },
    }
  }
}

function found<T>(one: T | undefined, what: string): T {
  if (one === undefined) throw new Error(`${what} is not there`)
  return one
}
