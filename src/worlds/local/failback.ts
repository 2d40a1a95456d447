// skerry failback: an app that a federation moved off a lost member goes back to where the fleet declares it, without a gap. Nothing of it
// is kept but what stands in Karmada itself, so a failback that was killed is gone on with by the next one. All the while the ready
// replicas on all members are counted, by asking the members themselves.

import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { FailbackAction, FailbackStep, WayBack } from '../../artefacts/karmada/index.ts'
import {
  bindingOf,
  failbackActions,
  failbackSteps,
  failbackUndone,
  homeTargets,
  whereText,
} from '../../artefacts/karmada/index.ts'
import { at, itemsAt } from '../../artefacts/workloads/fields.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import { policyName } from '../kube/bindings.ts'
import type { KubeClient, KubeObject } from '../kube/client.ts'
import { until } from '../kube/until.ts'
import type { Clients } from './clients.ts'
import { clientsFor } from './clients.ts'
import type { Owner } from './engine.ts'
import type { LocalState } from './state.ts'
import { readState } from './state.ts'

export interface FailbackOptions {
  readonly folder: string
  readonly app: string
  /** Only say what would be done. */
  readonly dryRun: boolean
  readonly say: (line: string) => void
  readonly now: () => Date
  /** How long copies at home may take to be ready; then all is put back as it was. */
  readonly readySeconds?: number
}

export interface Targets {
  readonly name: string
  readonly replicas: number
}

/** One workload of the app, and what was seen of it while it went back. */
export interface FailbackMove {
  readonly federation: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly from: readonly Targets[]
  readonly home: readonly Targets[]
  readonly steps: readonly FailbackStep[]
  /** Undefined in a dry run. */
  readonly seen: FailbackSeen | undefined
}

export interface FailbackSeen {
  readonly wanted: number
  /** Over all members at once. */
  readonly lowestReady: number
  readonly mostReady: number
  /** For how long fewer were ready than are wanted, or than there were when it began. */
  readonly gapSeconds: number
  readonly questions: number
  /** From the beginning until all at home were ready, and until they ran alone. */
  readonly readyAtHomeSeconds: number
  readonly seconds: number
  /** As Karmada divided it in the end. */
  readonly to: readonly Targets[]
}

export interface FailbackReport {
  readonly app: string
  readonly moves: readonly FailbackMove[]
}

const bindingsPath = '/apis/work.karmada.io/v1alpha2/resourcebindings'
const clustersPath = '/apis/cluster.karmada.io/v1alpha1/clusters'

/** Only a fleet that declares one can be told to start one. */
export function noFederation(state: Pick<LocalState, 'fleet' | 'declaredFederations'> | undefined): Refusal {
  const { fleet = '', declaredFederations: declared } = state ?? {}
  return declared?.length === 0
    ? new Refusal(
        'usage',
        `${fleet} declares no federation`,
        'an app that no federation divides stays where it is: there is nothing to take back',
      )
    : new Refusal(
        'usage',
        'no federation runs on this machine',
        `start ${declared === undefined ? 'one' : listed(declared)}: skerry up`,
      )
}

export async function failback(options: FailbackOptions): Promise<FailbackReport> {
  const { folder, app } = options
  const state = existsSync(folder) ? readState(folder) : undefined
  const federations = Object.keys(state?.expected.federations ?? {})
  if (state === undefined || federations.length === 0) throw noFederation(state)
  const clients = clientsFor(folder, () => state.ports)
  try {
    const moves: FailbackMove[] = []
    for (const federation of federations) {
      const karmada = clients.of({ kind: 'federation', name: federation })
      const bindings = await scaledBindings(karmada, federation)
      const own = bindings.filter((binding) => appOf(binding) === app)
      if (own.length === 0 && federations.length === 1)
        throw new Refusal(
          'usage',
          `${federation} carries no app ${app} with replicas`,
          `those it carries: ${listed([...new Set(bindings.map(appOf))].sort()) || 'none yet'}`,
        )
      const members = (await karmada.get<{ items: KubeObject[] }>(clustersPath))?.items ?? []
      for (const binding of own) {
        const back = await wayBack(options, federation, karmada, binding, members)
        if (back === undefined) continue
        const { way, leaving } = back
        const move = {
          federation,
          namespace: way.namespace,
          kind: way.workload.kind,
          name: way.workload.name,
          from: way.now,
          home: way.home,
          steps: failbackSteps(way, `kubectl --kubeconfig <(skerry kubeconfig ${federation})`),
        }
        moves.push({
          ...move,
          seen: options.dryRun ? undefined : await goBack(options, clients, karmada, way, leaving),
        })
      }
    }
    if (moves.length === 0)
      throw new Refusal('refused', `${app} is where the fleet declares it`, 'skerry status shows where everything runs')
    return { app, moves }
  } finally {
    clients.close()
  }
}

async function scaledBindings(karmada: KubeClient, federation: string): Promise<readonly KubeObject[]> {
  const list = await karmada.get<{ items: KubeObject[] }>(bindingsPath).catch((error: unknown) => {
    throw new Refusal(
      'world',
      `Karmada of ${federation} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      'see what runs with skerry status, and start what is dead with skerry up',
    )
  })
  return (list?.items ?? []).filter((binding) => Number(at(binding, 'spec', 'replicas') ?? 0) > 0)
}

const appOf = ({ metadata }: KubeObject): string =>
  String(at(metadata, 'annotations', policyName) ?? at(metadata, 'labels', policyName) ?? metadata.name)

const targetsOf = (binding: unknown): readonly Targets[] =>
  itemsAt(binding, 'spec', 'clusters')
    .map((target) => ({ name: String(at(target, 'name')), replicas: Number(at(target, 'replicas') ?? 0) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

const leavingOf = (binding: unknown): readonly string[] =>
  itemsAt(binding, 'spec', 'gracefulEvictionTasks').map((task) => String(at(task, 'fromCluster')))

const sameTargets = (a: readonly Targets[], b: readonly Targets[]): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Undefined where it is at home, and nobody holds the scheduler off it. */
async function wayBack(
  { app, say }: FailbackOptions,
  federation: string,
  karmada: KubeClient,
  binding: KubeObject,
  members: readonly KubeObject[],
): Promise<{ readonly way: WayBack; readonly leaving: readonly string[] } | undefined> {
  const home = homeTargets(binding, members)
  const title = `${String(at(binding, 'spec', 'resource', 'name'))}`
  if (home === undefined || home.length === 0)
    throw new Refusal(
      'refused',
      `Karmada would place ${title} nowhere, though all members were well`,
      `see which members its policy selects: kubectl --kubeconfig <(skerry kubeconfig ${federation}) get clusters`,
    )
  const now = targetsOf(binding)
  const held = at(binding, 'spec', 'suspension', 'scheduling') === true
  const kept = itemsAt(binding, 'spec', 'gracefulEvictionTasks').some((task) => at(task, 'producer') === 'skerry')
  if (!held && !kept && isHome(binding, now, home)) return undefined
  for (const { name } of home) {
    const member = members.find(({ metadata }) => metadata.name === name)
    const ready = itemsAt(member, 'status', 'conditions').find((condition) => at(condition, 'type') === 'Ready')
    if (at(ready, 'status') !== 'True')
      throw new Refusal(
        'refused',
        `${name} is not Ready, as Karmada sees it since ${String(at(ready, 'lastTransitionTime') ?? 'it joined')}`,
        'start what is dead with skerry up; Karmada takes a member back 30 to 40 seconds after its API answers again',
      )
  }
  if (held || kept) say(`a failback of ${app} was cut off: going on from there`)
  const namespace = binding.metadata.namespace ?? 'default'
  // copies that a loss has left behind at home are still being removed: their names are taken until then
  if (!kept)
    await until(`that what the loss left at home is gone`, async () => {
      const found = await karmada.get(`${bindingsPathIn(namespace)}/${binding.metadata.name}`)
      return leavingOf(found).some((name) => home.some((target) => target.name === name)) ? undefined : true
    })
  return {
    leaving: leavingOf(binding),
    way: {
      app,
      namespace,
      workload: {
        apiVersion: String(at(binding, 'spec', 'resource', 'apiVersion')),
        kind: String(at(binding, 'spec', 'resource', 'kind')),
        name: String(at(binding, 'spec', 'resource', 'name')),
      },
      groups: itemsAt(binding, 'spec', 'placement', 'clusterAffinities').map((group) =>
        String(at(group, 'affinityName')),
      ),
      now,
      home,
    },
  }
}

/** By capacity Karmada divides differently each time: then being on the same members is being at home. */
function isHome(binding: KubeObject, now: readonly Targets[], home: readonly Targets[]): boolean {
  const dynamic =
    at(binding, 'spec', 'placement', 'replicaScheduling', 'weightPreference', 'dynamicWeight') !== undefined ||
    at(binding, 'spec', 'placement', 'replicaScheduling', 'replicaDivisionPreference') === 'Aggregated'
  if (!dynamic) return sameTargets(now, home)
  return home.every(({ name }) => now.some((target) => target.name === name))
}

const bindingsPathIn = (namespace: string): string =>
  `/apis/work.karmada.io/v1alpha2/namespaces/${namespace}/resourcebindings`

async function goBack(
  { say, now, readySeconds = 300 }: FailbackOptions,
  clients: Clients,
  karmada: KubeClient,
  way: WayBack,
  leaving: readonly string[],
): Promise<FailbackSeen> {
  const begun = now().getTime()
  const since = (): number => (now().getTime() - begun) / 1_000
  const path = `${bindingsPathIn(way.namespace)}/${bindingOf(way.workload)}`
  const members = [...new Set([...[...way.now, ...way.home].map(({ name }) => name), ...leaving])]
  const watch = await watchReady(
    members.map((name) => clients.of({ kind: 'cluster', name } satisfies Owner)),
    await karmada.pathOf({ ...way.workload, metadata: { name: way.workload.name, namespace: way.namespace } }),
    now,
  )
  const wanted = way.home.reduce((sum, { replicas }) => sum + replicas, 0)
  const readyAtHome = (): boolean =>
    way.home.every(({ name, replicas }) => (watch.ready()[members.indexOf(name)] ?? 0) >= replicas)
  let readyAtHomeSeconds: number | undefined
  const awaiting: Record<'readyAtHome' | 'aloneAtHome', () => Promise<true | undefined>> = {
    readyAtHome: async () => (readyAtHome() ? true : undefined),
    aloneAtHome: async () => {
      if (readyAtHome()) readyAtHomeSeconds ??= since()
      const binding = await karmada.get(path)
      const targets = targetsOf(binding)
      const scheduled = targets.reduce((sum, { replicas }) => sum + replicas, 0) === wanted
      const elsewhere = members.some(
        (name, index) =>
          (watch.existing()[index] ?? 0) > (targets.find((target) => target.name === name)?.replicas ?? 0),
      )
      return scheduled && !elsewhere && leavingOf(binding).length === 0 && readyAtHome() ? true : undefined
    },
  }
  const act = async (action: FailbackAction): Promise<void> => {
    switch (action.kind) {
      case 'patchBinding':
        await karmada.merge(path, action.patch)
        return
      case 'renameGroups':
        await renameGroups(karmada, way, path, action.names)
        return
      case 'create': {
        const object = action.object as KubeObject
        const place = await karmada.pathOf(object)
        await karmada.delete(place)
        await until(`that an earlier ${object.kind} is gone`, async () =>
          (await karmada.get(place)) === undefined ? true : undefined,
        )
        await karmada.post(place.slice(0, place.lastIndexOf('/')), object)
        return
      }
      case 'await':
        await until(`that ${way.workload.name} is ready at ${whereText(way.home)}`, awaiting[action.what], {
          seconds: readySeconds,
          everyMs: 100,
        })
        if (action.what === 'readyAtHome') readyAtHomeSeconds ??= since()
    }
  }
  const actions = failbackActions(way)
  try {
    for (const [index, action] of actions.entries()) {
      try {
        await act(action)
      } catch (error) {
        // nothing was broken yet, and nothing is: all as it was; groups that have new names stay held, for the next failback
        if (way.groups.length === 0 && index < actions.length - 1)
          await karmada.merge(path, failbackUndone(way)).catch(() => undefined)
        throw error
      }
      say(`${since().toFixed(1).padStart(6)} s  ${action.title}  (${watch.sum()} of ${wanted} ready)`)
    }
    const seconds = since()
    // what comes late still counts
    await pause(1_000)
    return {
      wanted,
      ...watch.seen(Math.min(wanted, watch.first)),
      readyAtHomeSeconds: readyAtHomeSeconds ?? seconds,
      seconds,
      to: targetsOf(await karmada.get(path)),
    }
  } finally {
    watch.stop()
  }
}

async function renameGroups(karmada: KubeClient, way: WayBack, path: string, names: readonly string[]): Promise<void> {
  const policy = `/apis/policy.karmada.io/v1alpha1/namespaces/${way.namespace}/propagationpolicies/${way.app}`
  const groups = itemsAt(await karmada.get(policy), 'spec', 'placement', 'clusterAffinities')
  const clusterAffinities = groups.map((group, index) => ({ ...(group as object), affinityName: names[index] }))
  await karmada.merge(policy, { spec: { placement: { clusterAffinities } } })
  await until('that the binding has the new names', async () => {
    const found = itemsAt(await karmada.get(path), 'spec', 'placement', 'clusterAffinities')
    return found.map((group) => at(group, 'affinityName')).join() === names.join() ? true : undefined
  })
}

interface ReadyWatch {
  readonly first: number
  /** By member, as last heard. */
  ready(): readonly number[]
  /** Pods that there are, ready or not. */
  existing(): readonly number[]
  sum(): number
  seen(enough: number): Pick<FailbackSeen, 'lowestReady' | 'mostReady' | 'gapSeconds' | 'questions'>
  stop(): void
}

const questionMs = 100

/** A member that does not answer keeps what it last said: its pods are not gone because nobody hears of them. */
async function watchReady(members: readonly KubeClient[], path: string, now: () => Date): Promise<ReadyWatch> {
  const ready = members.map(() => 0)
  const existing = members.map(() => 0)
  const samples: { readonly at: number; readonly sum: number }[] = []
  const ask = async (): Promise<void> => {
    await Promise.all(
      members.map(async (member, index) => {
        try {
          const found = await member.get(path)
          ready[index] = Number(at(found, 'status', 'readyReplicas') ?? 0)
          existing[index] = Number(at(found, 'status', 'replicas') ?? 0)
        } catch {
          // as last heard
        }
      }),
    )
    samples.push({ at: now().getTime(), sum: ready.reduce((sum, count) => sum + count, 0) })
  }
  await ask()
  let stopped = false
  const going = (async () => {
    while (!stopped) {
      await pause(questionMs)
      await ask()
    }
  })()
  going.catch(() => undefined)
  const sum = (): number => samples.at(-1)?.sum ?? 0
  return {
    first: sum(),
    ready: () => ready,
    existing: () => existing,
    sum,
    seen: (enough) => ({
      lowestReady: Math.min(...samples.map((sample) => sample.sum)),
      mostReady: Math.max(...samples.map((sample) => sample.sum)),
      gapSeconds: samples.reduce(
        (gap, sample, index) =>
          sample.sum < enough ? gap + ((samples[index + 1]?.at ?? sample.at) - sample.at) / 1_000 : gap,
        0,
      ),
      questions: samples.length,
    }),
    stop: () => {
      stopped = true
    },
  }
}
