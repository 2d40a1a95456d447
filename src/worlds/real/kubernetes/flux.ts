// Flux on a cluster: started once, with what only stacks know, and then watched until everything that it brings is there at the revision of
// its source. It is taken off as `flux uninstall` takes it: what it brought stays, unless it was deleted before.
// Source: Flux v2.9, cmd/flux/uninstall.go, pkg/uninstall/uninstall.go.

import { execFile } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { deliveries } from '../../../artefacts/deliveries.ts'
import { fleetValue, fleetValues } from '../../../artefacts/fleet-values.ts'
import { fleetValuesOf, fluxSync } from '../../../artefacts/flux/flux.ts'
import { fluxNamespace, secretName } from '../../../artefacts/flux/objects.ts'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Cluster } from '../../../model/fleet.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { slowCarriersOn } from '../on-premises/carriers.ts'
import type { Told, Work } from '../work.ts'
import { clientOf, plainName } from './access.ts'
import { applyAll, deleteAll, nameOf, takeOff } from './apply.ts'
import type { Needs } from './apps.ts'
import type { Kube } from './asking.ts'
import { asked, awaited, unfinished } from './asking.ts'
import { bundlesFor } from './bundles.ts'
import { foreignRelease } from './charts.ts'
import { putOnto } from './memory.ts'
import { fleetMark, isOurs, mayGo, oursAmong, outlives } from './ownership.ts'
import { conditionOf, isTrue, missingOf, untilAvailable } from './ready.ts'

const components = ['source-controller', 'kustomize-controller', 'helm-controller'] as const

/** The objects that Flux itself is; undefined: nothing here can say. */
export type FluxComponents = (version: string | undefined) => Promise<readonly KubeObject[] | undefined>

/** As its own program writes them. */
export const exportedByFlux: FluxComponents = (version) =>
  new Promise((resolve, reject) => {
    const args = ['install', '--export', `--components=${components.join(',')}`]
    execFile(
      'flux',
      version === undefined ? args : [...args, `--version=v${version.replace(/^v/, '')}`],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout) => {
        if (error === null)
          resolve(
            parseAllDocuments(stdout)
              .map((document) => document.toJS() as KubeObject | null)
              .filter((it) => it !== null),
          )
        else if ((error as NodeJS.ErrnoException).code === 'ENOENT') resolve(undefined)
        else
          reject(
            new Refusal('world', 'flux install --export failed', 'its words are below', [{ message: error.message }]),
          )
      },
    )
  })

export function fluxWork(
  kube: Kube,
  cluster: Cluster,
  steps: readonly string[],
  { needs, needsOneOf, region }: Needs,
  componentsOf: FluxComponents,
): Work {
  const { plan } = kube.ground
  const { name } = cluster
  const gitops = plan.fleet.gitops
  return {
    id: `flux/${name}`,
    title: `Start Flux in ${name}, and wait until it has brought everything`,
    steps,
    needs,
    ...(needsOneOf !== undefined && { needsOneOf }),
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      const api = { kind: 'cluster', name } as const
      const client = await clientOf(kube, api)
      let changed = false
      if (isExisting(kube, name)) await refuseForeignReleases(kube, told, client, name)
      if (!(await isInstalled(kube, told, client))) {
        const objects = await componentsOf(gitops?.version)
        const version = gitops?.version === undefined ? '' : ` --version ${gitops.version}`
        if (objects === undefined)
          return {
            kind: 'person',
            what: `install Flux in ${name}: its program is not on this machine`,
            commands: [`flux --context ${name} install${version} --components ${components.join(',')}`],
          }
        changed = await applyAll(kube, told, { api, by: `flux/${name}`, client, objects })
        await untilAvailable(kube, told, `${name} (Flux)`, client, objects)
      }
      const secret = gitops?.secretRef === undefined ? undefined : secretName(gitops.secretRef)
      if (secret !== undefined && (await secretIsMissing(kube, told, client, secret)))
        return {
          kind: 'person',
          what: `give Flux in ${name} the Secret ${secret}, by which it reads ${gitops?.url}: skerry holds no such secret`,
          commands: secretCommands(name, secret, gitops?.url ?? ''),
        }
      const objects = [
        ...(await valuesFor(kube, cluster)),
        ...(fluxSync(plan, name) as readonly unknown[] as readonly KubeObject[]),
      ]
      if (await applyAll(kube, told, { api, by: `flux-sync/${name}`, client, objects })) changed = true
      await untilReconciled(kube, told, client, name)
      return { kind: 'done', changed }
    },
  }
}

/** Flux upgrades a release of that name, whoever made it: one without an object of Flux is somebody else's. */
async function refuseForeignReleases(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<void> {
  const { plan } = kube.ground
  const brought = deliveries(
    plan,
    bundlesFor(plan),
    (target) => target.cluster === cluster && target.federation === undefined,
  ).flatMap(({ objects }) => objects as readonly unknown[] as readonly KubeObject[])
  for (const { kind, metadata, spec } of brought) {
    if (kind !== 'HelmRelease') continue
    const target = at(spec, 'targetNamespace')
    const namespace = String(target ?? metadata.namespace)
    const usual = target === undefined ? metadata.name : `${String(target)}-${metadata.name}`
    const release = String(at(spec, 'releaseName') ?? usual)
    const path = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${metadata.namespace}/helmreleases/${metadata.name}`
    const selector = encodeURIComponent(`owner=helm,name=${release}`)
    const revisions = await asked(kube, told, `${cluster} says whose the release ${release} is`, async () =>
      (await client.get(path)) === undefined
        ? listOf(client, `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`)
        : [],
    )
    if (revisions.length > 0 && !revisions.some((it) => it.metadata.labels?.[fleetMark] === plan.fleet.name))
      throw foreignRelease(plan, { cluster, release, namespace })
  }
}

const secretCommands = (cluster: string, secret: string, url: string): readonly string[] => {
  const create = `flux --context ${cluster} create secret git ${secret} --url ${url}`
  return url.startsWith('ssh:')
    ? [`${create} # shows a public key: let the repository admit it, for reading`]
    : [
        'read -rs GIT_TOKEN < /dev/tty && export GIT_TOKEN # of the repository, for reading',
        `${create} --username git --password "$GIT_TOKEN"`,
      ]
}

const isInstalled = (kube: Kube, told: Told, client: KubeClient): Promise<boolean> =>
  asked(kube, told, 'the controllers of Flux are looked for', async () => {
    for (const component of components) {
      const live = await client.get(`/apis/apps/v1/namespaces/${fluxNamespace}/deployments/${component}`)
      const wanted = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: component, namespace: fluxNamespace },
      }
      if (missingOf(live, wanted) !== undefined) return false
    }
    return true
  })

const secretIsMissing = (kube: Kube, told: Told, client: KubeClient, secret: string): Promise<boolean> =>
  asked(kube, told, 'the Secret for Git is looked for', async () => {
    const live = await client.get(`/api/v1/namespaces/${fluxNamespace}/secrets/${secret}`)
    return live === undefined || Object.keys((live.data ?? {}) as object).length === 0
  })

/** From which Flux fills in what exists only now. */
async function valuesFor({ ground }: Kube, cluster: Cluster): Promise<readonly KubeObject[]> {
  const names = fleetValuesOf(bundlesFor(ground.plan), cluster.name)
  if (names.length === 0) return []
  const data: Record<string, string> = {}
  for (const name of names) {
    const own = name === plainName(fleetValue.ownVpcId) && cluster.network !== undefined
    const value = await ground.valueOf(own ? plainName(fleetValue.vpcId(cluster.network ?? '')) : name)
    if (value === undefined)
      throw new Refusal(
        'world',
        `nothing says yet what ${name} is: the stack that knows it is not there`,
        'run this again when it is',
      )
    data[name] = value
  }
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: fleetValues.name, namespace: fleetValues.namespace },
      data,
    },
  ]
}

const kustomizations = '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations'
const sources = '/apis/source.toolkit.fluxcd.io/v1/gitrepositories'

const listOf = async (client: KubeClient, path: string): Promise<readonly KubeObject[]> =>
  (await client.get<{ readonly items: readonly KubeObject[] }>(path))?.items ?? []

async function untilReconciled(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<void> {
  const again = new Set<string>()
  await awaited(
    kube,
    told,
    {
      what: `all that Flux brings to ${cluster} is reconciled at the revision of its source`,
      seconds: kube.patience.reconciledSeconds,
      next: `flux --context ${cluster} get all --all-namespaces --status-selector ready=false says what is in the way`,
    },
    async () => {
      const fetched = await listOf(client, sources)
      for (const source of fetched)
        if (at(conditionOf(source, 'Ready'), 'status') === 'False') {
          await askAgain(kube, client, source)
          return unfinished(
            `${source.kind} ${source.metadata.name}: ${String(at(conditionOf(source, 'Ready'), 'message') ?? '')}`,
          )
        }
      const revisions = new Map(fetched.map((it) => [it.metadata.name, at(it, 'status', 'artifact', 'revision')]))
      const all = await listOf(client, kustomizations)
      if (all.length === 0) return unfinished('nothing was fetched yet')
      const isDone = (it: KubeObject): boolean =>
        isTrue(it, 'Ready') &&
        at(it, 'status', 'observedGeneration') === at(it, 'metadata', 'generation') &&
        at(it, 'status', 'lastAppliedRevision') !== undefined &&
        at(it, 'status', 'lastAppliedRevision') === revisions.get(String(at(it, 'spec', 'sourceRef', 'name')))
      const done = new Set(all.filter(isDone).map(({ metadata }) => metadata.name))
      // what waits for machines of other clusters is watched cluster by cluster
      const slow = slowCarriersOn(kube.ground.plan, cluster)
      const missing = all.filter((it) => !isDone(it) && !slow.has(it.metadata.name))
      if (missing.length === 0) return true
      // what waited for another looks again at once, and not after its interval
      for (const it of missing) {
        const ready = itemsAt(it, 'spec', 'dependsOn').every((need) => done.has(String(at(need, 'name'))))
        if (!ready || at(conditionOf(it, 'Ready'), 'reason') !== 'DependencyNotReady' || again.has(it.metadata.name))
          continue
        again.add(it.metadata.name)
        await askAgain(kube, client, it)
      }
      return unfinished(
        missing
          .slice(0, 3)
          .map((it) => `${it.metadata.name}: ${String(at(conditionOf(it, 'Ready'), 'message') ?? 'not looked at yet')}`)
          .join('; '),
      )
    },
  )
}

/** As `flux reconcile` does. */
const askAgain = async ({ ground }: Kube, client: KubeClient, object: KubeObject): Promise<unknown> =>
  client.merge(await client.pathOf(object), {
    metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': ground.now().toISOString() } },
  })

/** The cluster existed before: what else Flux brings to it goes on. */
const isExisting = ({ ground: { plan } }: Kube, name: string): boolean => outlives(plan, { kind: 'cluster', name })

export const suspendFlux = (kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<boolean> =>
  asked(kube, told, `Flux in ${cluster} is suspended`, async () => {
    let changed = false
    for (const one of await listOf(client, kustomizations)) {
      if (at(one, 'spec', 'suspend') === true) continue
      const api = { kind: 'cluster', name: cluster } as const
      if (isExisting(kube, cluster) && !isOurs(kube.ground, api, await client.pathOf(one), one)) continue
      await client.merge(await client.pathOf(one), { spec: { suspend: true } })
      changed = true
    }
    return changed
  })

/** Its controller uninstalls what it installed, before the object goes. */
export async function removeRelease(
  kube: Kube,
  told: Told,
  client: KubeClient,
  { cluster, namespace, name }: { readonly cluster: string; readonly namespace: string; readonly name: string },
): Promise<boolean> {
  const path = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases/${name}`
  const api = { kind: 'cluster', name: cluster } as const
  return deleteAll(kube, told, client, await mayGo(kube, told, client, api, [path]), {
    what: `${name} is uninstalled from ${cluster} by Flux`,
    next: `kubectl --context ${cluster} --namespace ${fluxNamespace} logs deployment/helm-controller says why not`,
  })
}

async function takeSync(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<boolean> {
  const api = { kind: 'cluster', name: cluster } as const
  const own = await asked(kube, told, 'the objects of Flux are listed', async () => {
    const all = [...(await listOf(client, kustomizations)), ...(await listOf(client, sources))]
    const paths = await Promise.all(all.map(async (one) => ({ one, path: await client.pathOf(one) })))
    return paths.filter(({ one, path }) => isOurs(kube.ground, api, path, one)).map(({ path }) => path)
  })
  const gone = await deleteAll(kube, told, client, own, {
    what: `what Flux in ${cluster} was told of this fleet is gone`,
    next: `flux --context ${cluster} get all --all-namespaces`,
  })
  return (
    (await takeOff(kube, told, client, api, putOnto(kube.ground.folder, api)[`flux-sync/${cluster}`] ?? {})) || gone
  )
}

export async function removeFlux(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<boolean> {
  const next = `flux --context ${cluster} uninstall --silent does the same`
  const gone = (paths: readonly string[], what: string): Promise<boolean> =>
    deleteAll(kube, told, client, paths, { what, next })
  const deployments = `/apis/apps/v1/namespaces/${fluxNamespace}/deployments`
  const controllers = components.map((name) => `${deployments}/${name}`)
  if (isExisting(kube, cluster)) {
    const api = { kind: 'cluster', name: cluster } as const
    const ours = await oursAmong(kube, told, client, api, controllers)
    const there = await asked(kube, told, 'the controllers of Flux are looked for', () =>
      Promise.all(controllers.map((path) => client.get(path))),
    )
    // a Flux that others run stays, without what it was told of this fleet
    if (ours.length < there.filter((it) => it !== undefined).length) return takeSync(kube, told, client, cluster)
  }
  let changed = await gone(controllers, `the controllers of Flux are gone from ${cluster}`)
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const kinds = await asked(kube, told, 'the kinds of Flux are listed', async () =>
    (await listOf(client, crds)).filter((it) => String(at(it, 'spec', 'group')).endsWith('.toolkit.fluxcd.io')),
  )
  for (const kind of kinds)
    await asked(kube, told, `what is of the kind ${kind.metadata.name} is let go`, async () => {
      const group = String(at(kind, 'spec', 'group'))
      const version = itemsAt(kind, 'spec', 'versions').find((it) => at(it, 'served') === true)
      const root = `/apis/${group}/${String(at(version, 'name'))}`
      const plural = String(at(kind, 'spec', 'names', 'plural'))
      for (const one of await listOf(client, `${root}/${plural}`))
        if (((one.metadata.finalizers ?? []) as readonly string[]).length > 0)
          await client.merge(`${root}/namespaces/${one.metadata.namespace}/${plural}/${one.metadata.name}`, {
            metadata: { finalizers: null },
          })
    })
  changed =
    (await gone(
      kinds.map((it) => `${crds}/${it.metadata.name}`),
      `the kinds of Flux are gone from ${cluster}`,
    )) || changed
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const roles = await asked(kube, told, 'the rights of Flux are listed', async () => {
    const of = async (plural: string): Promise<readonly string[]> =>
      (await listOf(client, `${rbac}/${plural}?labelSelector=app.kubernetes.io%2Fpart-of%3Dflux`)).map(
        (it) => `${rbac}/${plural}/${nameOf(it)}`,
      )
    return [...(await of('clusterrolebindings')), ...(await of('clusterroles'))]
  })
  changed = (await gone(roles, `the rights of Flux are gone from ${cluster}`)) || changed
  return (
    (await gone([`/api/v1/namespaces/${fluxNamespace}`], `the namespace of Flux is gone from ${cluster}`)) || changed
  )
}
