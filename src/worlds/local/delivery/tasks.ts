// The apps, as tasks of the bring-up: what the artefacts say is applied where no Flux does it; where there is one it is started on the
// generated repository and left to its work. Then they are waited for, until each copy runs as the plan says.

import { join } from 'node:path'
import { bundlesOf } from '../../../artefacts/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import type { Owner, Ports } from '../engine.ts'
import { engineId } from '../engine.ts'
import { outsideId } from '../engines/outside.ts'
import { applyCrds, crdFiles } from '../kube/crds.ts'
import type { Layout, LocalCluster, LocalFederation } from '../layout.ts'
import { stepOf } from '../layout.ts'
import { linkId } from '../outside/links/links-of.ts'
import { repositoryFolders } from '../outside/outside-of.ts'
import { repositoryPaths } from '../outside/repositories/config.ts'
import type { Task } from '../walk.ts'
import { addonsOf } from './addons.ts'
import { applyAll } from './apply.ts'
import { writeCharts } from './charts.ts'
import { controllerChart, controllerVersions } from './controller.ts'
import { deliveriesOf } from './deliveries.ts'
import { askSources, beforeSync, fluxEngineIds, unreconciled } from './flux.ts'
import { commitFiles } from './git.ts'
import { notPlacedYet, withoutHolding } from './held-back.ts'
import { installPackages, kindsFor, packageNamespaces } from './kinds.ts'
import type { Copy } from './placed.ts'
import { addonCopies, awaitedCopies, missingOf, placedBefore, whereTheyAre } from './placed.ts'
import type { Addresses, LocalGitOps } from './repository.ts'
import { gitOpsOf, repositoryFiles, syncObjects } from './repository.ts'
import { standInValue } from './values.ts'

export interface ToDeliver {
  readonly plan: Plan
  readonly layout: Layout
  /** The state folder. */
  readonly folder: string
  readonly speed: number
  readonly ports: Ports
  readonly client: (owner: Owner) => KubeClient
  /** The folder with the files of a family of engines. */
  readonly files: (family: string) => string
  readonly now: () => Date
}

export function deliveryTasks(it: ToDeliver): readonly Task[] {
  const { plan, layout, speed } = it
  const bundles = bundlesOf(plan)
  const deliveries = deliveriesOf(plan, layout, bundles, { speed, valueFor: standInValue })
  const addons = addonsOf(plan)
  const gitOps = gitOpsOf(plan, layout, bundles)
  return [
    ...(gitOps === undefined ? [] : [repositoryTask(it, gitOps)]),
    ...layout.federations.flatMap((federation) =>
      federationTasks(
        it,
        federation,
        deliveries.filter(({ to }) => to === federation.owner).flatMap(({ objects }) => objects),
      ),
    ),
    ...layout.clusters.flatMap((cluster) => {
      if (gitOps !== undefined && cluster.flux)
        return fluxTasks(it, gitOps, cluster, addons.get(cluster.owner.name) ?? [])
      const own = deliveries.filter(({ to }) => to === cluster.owner).flatMap(({ objects }) => objects)
      return clusterTasks(it, cluster, addons.get(cluster.owner.name) ?? [], own)
    }),
  ]
}

function clusterTasks(
  it: ToDeliver,
  { owner }: LocalCluster,
  addons: readonly KubeObject[],
  objects: readonly KubeObject[],
): readonly Task[] {
  const copies = [...addonCopies(owner.name, addons), ...awaitedCopies(it.plan, it.layout, owner)]
  return [
    {
      id: stepOf.apps(owner),
      needs: engaged(owner),
      run: async () => {
        await applyAll(it.folder, owner, it.client(owner), [...addons, ...objects])
      },
    },
    { id: stepOf.appsReady(owner), needs: [stepOf.apps(owner)], run: () => waitFor(it, owner, copies) },
  ]
}

/** Nodes first: a pod that fits nowhere yet is looked at again only after a back-off of seconds. */
const engaged = (cluster: Owner): readonly string[] => [
  stepOf.nodesReady(cluster),
  engineId(cluster, 'kube-controller-manager'),
  engineId(cluster, 'kube-scheduler'),
]

function federationTasks(
  it: ToDeliver,
  { owner, members }: LocalFederation,
  objects: readonly KubeObject[],
): readonly Task[] {
  const { plan, layout, folder, client } = it
  const planned = awaitedCopies(plan, layout, owner)
  const running = new Set(layout.clusters.map(({ owner: { name } }) => name))
  let before: ReadonlySet<string> = new Set()
  const copies = (): Promise<readonly Copy[]> => whereTheyAre(client(owner), planned, before, running)
  return [
    {
      id: stepOf.apps(owner),
      needs: [stepOf.members(owner), ...members.flatMap(({ cluster }) => engaged({ kind: 'cluster', name: cluster }))],
      run: async () => {
        before = await placedBefore(client(owner), planned)
        const first = await withoutHolding(client, objects, planned)
        await applyAll(folder, owner, client(owner), first ?? objects)
        if (first === undefined) return
        // there is enough: what is held back from then on is a newer version, not the start of this one
        await waited(`that Karmada of ${owner.name} has placed what will be held back`, 60, () =>
          notPlacedYet(client, objects, planned),
        )
        await applyAll(folder, owner, client(owner), objects)
      },
    },
    {
      id: stepOf.appsReady(owner),
      needs: [stepOf.apps(owner)],
      run: async () => waitFor(it, owner, await copies()),
    },
  ]
}

function repositoryTask({ plan, layout, folder, speed, ports, now }: ToDeliver, gitOps: LocalGitOps): Task {
  return {
    id: stepOf.repository(layout.owner),
    needs: [],
    run: async () => {
      const { git, charts } = repositoryFolders(folder)
      writeCharts(charts, controllerVersions(plan).map(controllerChart))
      const files = repositoryFiles(gitOps, addressesOf(layout, ports), speed)
      commitFiles({ folder: git, branch: gitOps.branch, refs: gitOps.refs, files }, now())
    },
  }
}

/** Each cluster asks over links of its own. */
function addressesOf({ owner }: Layout, ports: Ports): Addresses {
  const at = (link: string) => `http://127.0.0.1:${ports[outsideId(owner)]?.[link] ?? 0}`
  return {
    git: (cluster) => `${at(linkId.git(cluster))}${repositoryPaths.git}`,
    charts: (cluster) => `${at(linkId.charts(cluster))}${repositoryPaths.charts}`,
  }
}

function fluxTasks(
  it: ToDeliver,
  gitOps: LocalGitOps,
  { owner }: LocalCluster,
  addons: readonly KubeObject[],
): readonly Task[] {
  const { plan, layout, folder, speed, ports, client, files } = it
  const cluster = gitOps.clusters.find((one) => one.owner.name === owner.name)
  if (cluster === undefined) return []
  const copies = [...addonCopies(owner.name, addons), ...awaitedCopies(plan, layout, owner)]
  const asked = new Set<string>()
  const kinds = kindsFor(gitOps.bundles, owner.name, files)
  const look = async (): Promise<string | undefined> => {
    if (kinds.length > 0) await installPackages(client(owner))
    return unreconciled(client(owner), asked)
  }
  return [
    {
      id: stepOf.fluxKinds(owner),
      needs: [engineId(owner, 'kube-apiserver')],
      run: async () => {
        const flux = ['source', 'kustomize', 'helm'].flatMap((name) =>
          crdFiles(join(files('flux'), `${name}-controller`, 'crd', 'bases')),
        )
        await applyCrds(client(owner), [...flux, ...kinds], 'Flux')
      },
    },
    {
      id: stepOf.apps(owner),
      needs: [
        ...engaged(owner),
        ...fluxEngineIds(owner),
        stepOf.repository(layout.owner),
        stepOf.outside(layout.owner),
      ],
      run: async () => {
        const values = Object.fromEntries(cluster.values.map((name) => [name, standInValue(name)]))
        const objects = [
          ...addons,
          ...packageNamespaces(gitOps.bundles, owner.name),
          ...beforeSync(values, cluster.secrets),
          ...syncObjects(gitOps, cluster, addressesOf(layout, ports), speed),
        ]
        await applyAll(folder, owner, client(owner), objects)
      },
    },
    {
      id: stepOf.appsReady(owner),
      needs: [stepOf.apps(owner)],
      run: async () => {
        await askSources(client(owner))
        await waited(`that Flux of ${owner.name} has reconciled everything`, 180, look)
        await waitFor(it, owner, copies)
      },
    },
  ]
}

async function waitFor({ client, speed }: ToDeliver, { name }: Owner, copies: readonly Copy[]): Promise<void> {
  if (copies.length === 0) return
  const startup = Math.max(...copies.map(({ startupSeconds }) => startupSeconds)) / speed
  await waited(`that the apps of ${name} run`, Math.ceil(startup) + 60, () => missingOf(copies, client))
}

/** Tells what is still missing when the time is over. */
async function waited(what: string, seconds: number, missing: () => Promise<string | undefined>): Promise<void> {
  let last: string | undefined
  try {
    await until(
      what,
      async () => {
        last = await missing()
        return last === undefined ? true : undefined
      },
      { seconds },
    )
  } catch (error) {
    if (!(error instanceof Refusal) || last === undefined) throw error
    throw new Refusal(error.kind, error.message, error.hint, [{ message: last }])
  }
}
