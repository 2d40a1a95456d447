// The Kubernetes part of a fleet, taken back: what would put things back is stopped first, load balancers go while their controllers still
// run (nobody else would delete them, and their subnets stay as long as they do), then the rest, then the controllers.

import { stackNames } from '../../../artefacts/cloudformation/names.ts'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import { karmadaBundle } from '../../../artefacts/karmada/names.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { lookup } from '../../../model/lookup.ts'
import type { PlannedStep } from '../../../model/plan.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { inOrder } from '../../kube/order.ts'
import type { Where } from '../aws/where.ts'
import type { Api, Ground } from '../ground.ts'
import type { Outcome, Told, Work } from '../work.ts'
import { NotReached } from './access.ts'
import { appCharts } from './app-charts.ts'
import { deleteAll, nameOf, pathIfKnown, staying } from './apply.ts'
import type { Scope } from './apps.ts'
import { byApi, placements, scopeId, scopesOf } from './apps.ts'
import type { Kube, Patience } from './asking.ts'
import { asked, awaited, unfinished, usualPatience } from './asking.ts'
import type { ReleaseName } from './charts.ts'
import { helmAt, releaseAdoption, releaseAt } from './charts.ts'
import { karmadaCharts } from './federation.ts'
import { removeFlux, removeRelease, suspendFlux } from './flux.ts'
import { takeRest } from './forgotten.ts'
import { leave } from './members.ts'
import { isWithdrawn, putOnto, remember, rememberWithdrawn } from './memory.ts'
import { othersIn } from './namespaces.ts'
import type { KeptThere } from './ownership.ts'
import { keptNamespace, mayGo, notOurs, oursAmong, outlives, tellKept } from './ownership.ts'
import { stepsOf } from './plan-steps.ts'
import { isFront } from './ready.ts'

/** What is done once the API answers; of an API that is gone, all is gone. */
type Take = (client: KubeClient, told: Told) => Promise<boolean>

export function kubernetesBackward(ground: Ground, patience: Partial<Patience> = {}): readonly Work[] {
  const kube: Kube = { ground, patience: { ...usualPatience, ...patience } }
  const { plan } = ground
  const { fleet } = plan
  const find = lookup(fleet)
  const byFlux = (cluster: string): boolean => stepsOf(plan).served.has(cluster)
  const ofKind = (kind: PlannedStep['kind']): readonly PlannedStep[] => plan.steps.filter((step) => step.kind === kind)
  const index = stepsOf(plan)
  const undoing = (steps: readonly PlannedStep[]): readonly string[] =>
    steps.flatMap((step) => index.undoing(step).filter(({ kind }) => kind !== 'gitops.suspend')).map(({ id }) => id)
  const hostOf = (federation: string): string => fleet.federations.find(({ name }) => name === federation)?.host ?? ''
  const work = (
    id: string,
    title: string,
    api: Api,
    steps: readonly string[],
    needs: readonly string[],
    take: Take,
  ): Work => {
    const region = find.cluster(api.kind === 'cluster' ? api.name : hostOf(api.name))?.region
    return {
      ...{ id, title, steps, needs },
      ...(region !== undefined && { at: region }),
      run: (told) => withApi(kube, told, id, api, take),
    }
  }
  // users are sent elsewhere before what answers them goes
  const names = stackNames(fleet.name)
  const zones = dnsRecords(plan).zones.map(({ Properties }) => `stack/${names.dns(Properties.Name)}`)

  const scopes = scopesOf(plan)
  const scopesAt = byApi(scopes)
  const clusters = ofKind('cluster.create').map(({ subject }) => subject.cluster ?? '')
  const served = clusters.filter(byFlux)
  const suspends = served.map((cluster) =>
    work(
      `withdraw/flux/${cluster}`,
      `Stop Flux in ${cluster}, so that nothing comes back`,
      { kind: 'cluster', name: cluster },
      index
        .ofCluster(cluster)
        .flatMap((step) => index.undoing(step))
        .filter(({ kind }) => kind === 'gitops.suspend')
        .map(({ id }) => id),
      [],
      (client, told) => suspendFlux(kube, told, client, cluster),
    ),
  )
  const stopped = (cluster: string): readonly string[] => (byFlux(cluster) ? [`withdraw/flux/${cluster}`] : [])

  const idOf = ({ api, site }: Scope): string => `withdraw/apps/${api.name}${site === undefined ? '' : `/${site}`}`
  const apps = scopes.map((scope) => {
    const { api, site } = scope
    const inside = site === undefined ? scopesAt(api).filter((it) => it.site !== undefined) : []
    return work(
      idOf(scope),
      `Take the apps off ${api.name}${site === undefined ? '' : ` for ${site}`}`,
      api,
      site === undefined && api.kind === 'cluster' ? [] : undoing(placements(plan, api, site)),
      [...zones, ...stopped(api.kind === 'federation' ? hostOf(api.name) : api.name), ...inside.map(idOf)],
      (client, told) => takeScope(kube, told, client, scope),
    )
  })
  const appsOf = (cluster: string): readonly string[] => [
    ...scopesAt({ kind: 'cluster', name: cluster }).map(idOf),
    ...fleet.federations
      .filter(({ memberClusters }) => memberClusters.includes(cluster))
      .flatMap(({ name }) => scopesAt({ kind: 'federation', name }).map(idOf)),
  ]

  const joins = ofKind('member.join')
  const leaves = joins.map((step) => {
    const { federation = '', cluster = '' } = step.subject
    return work(
      `withdraw/member/${federation}/${cluster}`,
      `${cluster} leaves the federation ${federation}`,
      { kind: 'federation', name: federation },
      undoing([step]),
      scopesAt({ kind: 'federation', name: federation }).map(idOf),
      (client, told) => leave(kube, told, client, { federation, cluster, sync: String(step.intent.sync) }),
    )
  })
  const federations = ofKind('federation.start').map((step) => {
    const { federation = '', cluster = '' } = step.subject
    return work(
      `withdraw/federation/${federation}`,
      `Stop Karmada on ${cluster}, its etcd included`,
      { kind: 'cluster', name: cluster },
      undoing([step]),
      [
        ...stopped(cluster),
        ...joins
          .filter(({ subject }) => subject.federation === federation)
          .map(({ subject }) => `withdraw/member/${federation}/${subject.cluster}`),
        ...scopesAt({ kind: 'federation', name: federation }).map(idOf),
      ],
      (client, told) => takeKarmada(kube, told, client, federation, cluster, byFlux(cluster)),
    )
  })
  const stops = (cluster: string): readonly string[] =>
    fleet.federations.flatMap(({ name, host, memberClusters }) => [
      ...(host === cluster ? [`withdraw/federation/${name}`] : []),
      ...(memberClusters.includes(cluster) ? [`withdraw/member/${name}/${cluster}`] : []),
    ])

  const existing = new Set(
    ofKind('cluster.create')
      .filter((step) => step.existing)
      .map(({ subject }) => subject.cluster),
  )
  const balancers = clusters
    .filter((cluster) => !existing.has(cluster))
    .map((cluster) =>
      work(
        `withdraw/balancers/${cluster}`,
        `Wait until no load balancer and no deleted volume of ${cluster} is left`,
        { kind: 'cluster', name: cluster },
        [],
        [...stopped(cluster), ...appsOf(cluster), ...stops(cluster)],
        (client, told) => takeFronts(kube, told, client, cluster),
      ),
    )

  const isChart = ({ kind, intent }: PlannedStep): boolean =>
    kind === 'addon' && (intent.by === 'helm' || (intent.by === 'flux' && intent.chart !== undefined))
  const addons = plan.steps.filter(isChart)
  const addonsAt = (cluster: string): readonly PlannedStep[] => index.ofCluster(cluster).filter(isChart)
  const charts = addons.map((step) => {
    const { cluster = '', addon = '' } = step.subject
    return work(
      `withdraw/chart/${cluster}/${addon}`,
      `Uninstall ${addon} from ${cluster}`,
      { kind: 'cluster', name: cluster },
      undoing([step]),
      existing.has(cluster) ? appsOf(cluster) : [`withdraw/balancers/${cluster}`],
      async (client, told) => {
        const namespace = String(step.intent.namespace)
        if (step.intent.by === 'flux') return removeRelease(kube, told, client, { cluster, namespace, name: addon })
        const release = String(step.intent.releaseName)
        return (await uninstall(kube, told, client, { cluster, release, namespace })) === 'taken'
      },
    )
  })
  const ofApps = appCharts(plan).map((chart) =>
    work(
      `withdraw/chart/${chart.cluster}/${chart.release}`,
      `Uninstall ${chart.release} from ${chart.cluster}`,
      { kind: 'cluster', name: chart.cluster },
      [],
      zones,
      async (client, told) => (await uninstall(kube, told, client, chart)) === 'taken',
    ),
  )
  const flux = served.map((cluster) =>
    work(
      `withdraw/gitops/${cluster}`,
      `Uninstall Flux from ${cluster}`,
      { kind: 'cluster', name: cluster },
      undoing(index.ofCluster(cluster).filter(({ kind }) => kind === 'gitops.start')),
      [
        ...stopped(cluster),
        ...appsOf(cluster),
        ...stops(cluster),
        ...addonsAt(cluster).map(({ subject }) => `withdraw/chart/${cluster}/${subject.addon}`),
      ],
      (client, told) => removeFlux(kube, told, client, cluster),
    ),
  )
  const done = [...suspends, ...apps, ...leaves, ...federations, ...ofApps, ...charts, ...flux]
  const rests = [...existing].map((cluster = '') => {
    const hosted = fleet.federations
      .filter(({ host }) => host === cluster)
      .map(({ name }) => `withdraw/federation/${name}`)
    const needs = done.map(({ id }) => id).filter((id) => id.split('/').includes(cluster) || hosted.includes(id))
    const api = { kind: 'cluster', name: cluster } as const
    return work(
      `withdraw/rest/${cluster}`,
      `Take off ${cluster} what earlier runs put there`,
      api,
      [],
      needs,
      (client, told) => takeRest(kube, told, client, api),
    )
  })
  // a chart of an app may have a load balancer of its own
  const first = new Map(ofApps.map(({ id }) => [id.split('/')[2] ?? '', id]))
  return [
    ...suspends,
    ...apps,
    ...leaves,
    ...federations,
    ...ofApps,
    ...balancers.map((it) => {
      const before = first.get(it.id.split('/')[2] ?? '')
      return before === undefined ? it : { ...it, needs: [...it.needs, before] }
    }),
    ...charts,
    ...flux,
    ...rests,
  ]
}

/** The load balancers of a cluster that the fleet does not declare any more, before its stack goes. */
export function undeclaredFronts(ground: Ground, name: string, at: Where, patience: Partial<Patience> = {}): Work {
  const kube: Kube = { ground, patience: { ...usualPatience, ...patience } }
  const api: Api = { kind: 'cluster', name, undeclared: { eksAt: at } }
  const id = `withdraw/balancers/${name}/${at.region}`
  return {
    ...{ id, title: `Wait until no load balancer of ${name} is left, which the fleet does not declare any more` },
    ...{ steps: [], needs: [], at: at.region },
    run: (told) => withApi(kube, told, id, api, (client) => takeFronts(kube, told, client, name)),
  }
}

async function withApi(kube: Kube, told: Told, id: string, api: Api, take: Take): Promise<Outcome> {
  const { folder } = kube.ground
  try {
    const client = await asked(kube, told, `the API of ${api.name} is found`, () => kube.ground.api(api))
    if (client === undefined) {
      const missing = await unreachedOf(kube, told, api)
      return missing === undefined || isWithdrawn(folder, api, id) ? { kind: 'done', changed: false } : missing
    }
    const changed = await take(client, told)
    rememberWithdrawn(folder, api, id)
    return { kind: 'done', changed }
  } catch (error) {
    if (error instanceof NotReached)
      return { kind: 'person', what: `${error.message}: ${error.hint}`, commands: error.commands }
    throw error
  }
}

/** That there is no way to it from here does not mean that it is gone. Undefined: whoever made it says that it is. */
async function unreachedOf(kube: Kube, told: Told, api: Api): Promise<Outcome | undefined> {
  const { plan, api: reach } = kube.ground
  const find = lookup(plan.fleet)
  if (api.kind === 'federation') {
    const host = plan.fleet.federations.find(({ name }) => name === api.name)?.host ?? ''
    const client = await asked(kube, told, `the API of ${host} is found`, () => reach({ kind: 'cluster', name: host }))
    return client === undefined ? unreachedOf(kube, told, { kind: 'cluster', name: host }) : undefined
  }
  if (api.undeclared !== undefined) return undefined
  const cluster = find.cluster(api.name)
  // EKS has said that it has no such cluster
  if (cluster === undefined || cluster.kind === 'eks' || cluster.kind === 'eksOutpost') return undefined
  const manager = cluster.eksAnywhere?.managementCluster
  if (manager !== undefined && manager !== cluster.name && find.cluster(manager) !== undefined) {
    const client = await asked(kube, told, `the API of ${manager} is found`, () =>
      reach({ kind: 'cluster', name: manager }),
    )
    const path = `/apis/anywhere.eks.amazonaws.com/v1alpha1/namespaces/default/clusters/${cluster.name}`
    if (client !== undefined) {
      const declared = await asked(kube, told, `${manager} is asked for ${cluster.name}`, () => client.get(path))
      if (declared === undefined) return undefined
    }
  }
  const context = cluster.existing?.context ?? cluster.name
  return {
    kind: 'person',
    what: `there is no way to ${cluster.name} from here, which does not mean that it is gone: bring its kubeconfig, with a context ${context}, and run this again; what the fleet put there is still there`,
    commands: [
      'kubectl config get-contexts',
      `export KUBECONFIG=\${KUBECONFIG:-$HOME/.kube/config}:${cluster.existing?.kubeconfig ?? `$PWD/${cluster.name}.kubeconfig`}`,
    ],
  }
}

const frontsNext =
  'its controller says why: kubectl --namespace kube-system logs deployment/aws-load-balancer-controller; without a controller nobody deletes a load balancer: delete it in AWS, then take the finalizer off the object'

/** Fronts first, and gone, then the rest from the last to the first; a namespace that others live in stays. */
async function takeScope(kube: Kube, told: Told, client: KubeClient, { api, site, objects }: Scope): Promise<boolean> {
  const where = site === undefined ? api.name : `${api.name} for ${site}`
  const all = inOrder(objects).flat()
  const pathsOf = async (some: readonly KubeObject[]): Promise<readonly string[]> => {
    const paths = await Promise.all(
      some.map((object) => asked(kube, told, `${api.name} knows ${object.kind}`, () => pathIfKnown(client, object))),
    )
    return oursAmong(
      kube,
      told,
      client,
      api,
      paths.filter((path) => path !== undefined),
    )
  }
  const fronts = all.filter(isFront)
  let changed = await unprotect(kube, told, client, await pathsOf(all.filter((object) => isProtected(object))))
  changed =
    (await deleteAll(kube, told, client, await pathsOf(fronts), {
      what: `the load balancers of ${where} are gone`,
      next: frontsNext,
    })) || changed
  // policies after what they carry: a template without its policy leaves its copies on the members
  const isPolicy = ({ kind }: KubeObject): boolean => kind.endsWith('Policy')
  const rest = all.filter((object) => !isFront(object) && object.kind !== 'Namespace')
  const next = 'kubectl get on what is named shows its finalizers: whoever set one has to take it off'
  for (const group of [rest.filter((it) => !isPolicy(it)).reverse(), rest.filter(isPolicy).reverse()])
    changed =
      (await deleteAll(kube, told, client, await pathsOf(group), { what: `the objects of ${where} are gone`, next })) ||
      changed
  const spaces = await pathsOf(all.filter(({ kind }) => kind === 'Namespace'))
  const empty = outlives(kube.ground.plan, api) ? await withoutOthers(kube, told, client, api, spaces, all) : spaces
  changed =
    (await deleteAll(kube, told, client, empty, {
      what: `the namespaces of ${where} are gone`,
      next,
    })) || changed
  const id = scopeId({ api, site })
  const put = putOnto(kube.ground.folder, api)[id]
  // what an earlier fleet left in it is taken off with the rest
  if (put !== undefined) remember(kube.ground.folder, api, id, await staying(kube, told, client, put))
  return changed
}

/** Of namespaces that are ours, those in which nobody else has anything. */
async function withoutOthers(
  kube: Kube,
  told: Told,
  client: KubeClient,
  api: Api,
  paths: readonly string[],
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const empty: string[] = []
  const kept: KeptThere[] = []
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const others = await asked(kube, told, `${api.name} lists what is in ${name}`, () =>
      othersIn(kube.ground, api, client, name, objects),
    )
    if (others.length === 0) empty.push(path)
    else kept.push(keptNamespace(api, name, others))
  }
  tellKept(kube, told, api, kept)
  return empty
}

const protection = 'resourcetemplate.karmada.io/deletion-protected'
const isProtected = ({ metadata }: KubeObject): boolean => metadata.labels?.[protection] !== undefined

/** Karmada's webhook refuses to delete what bears this label; that it shall go has been said by name. */
async function unprotect(kube: Kube, told: Told, client: KubeClient, paths: readonly string[]): Promise<boolean> {
  let changed = false
  for (const path of paths)
    await asked(kube, told, `${path} may be deleted`, async () => {
      const there = await client.get(path)
      if (there === undefined || there.metadata.labels?.[protection] === undefined) return
      changed = true
      await client.merge(path, { metadata: { labels: { [protection]: null } } })
    })
  return changed
}

/** All of them, whoever made them: the cluster goes, and what its controller made in the network would stay, and cost. */
async function takeFronts(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<boolean> {
  const fronts = await asked(kube, told, `${cluster} lists its load balancers`, async () => {
    const list = async (path: string): Promise<readonly KubeObject[]> =>
      (await client.get<{ readonly items: readonly KubeObject[] }>(path))?.items ?? []
    const ingresses = (await list('/apis/networking.k8s.io/v1/ingresses')).map((it) => ({
      path: `/apis/networking.k8s.io/v1/namespaces/${it.metadata.namespace}/ingresses/${it.metadata.name}`,
      it,
    }))
    const services = (await list('/api/v1/services'))
      .filter((it) => at(it, 'spec', 'type') === 'LoadBalancer')
      .map((it) => ({ path: `/api/v1/namespaces/${it.metadata.namespace}/services/${it.metadata.name}`, it }))
    return [...ingresses, ...services]
  })
  await untilVolumesAreGone(kube, told, client, cluster)
  if (fronts.length === 0) return false
  told.observe(`not of this fleet, and deleted with the cluster: ${fronts.map(({ it }) => nameOf(it)).join(', ')}`)
  return deleteAll(
    kube,
    told,
    client,
    fronts.map(({ path }) => path),
    { what: `no load balancer of ${cluster} is left`, next: frontsNext },
  )
}

/** Volumes that nobody claims any more are deleted by their driver, which runs on the nodes: without those they stay, and cost. */
const untilVolumesAreGone = (kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<true> =>
  awaited(
    kube,
    told,
    {
      what: `the volumes that nobody claims any more are gone from ${cluster}`,
      seconds: kube.patience.goneSeconds,
      next: `kubectl --context ${cluster} get persistentvolumes, and the logs of their driver; then delete them in AWS`,
    },
    async () => {
      const list = await client.get<{ readonly items: readonly KubeObject[] }>('/api/v1/persistentvolumes')
      const left = (list?.items ?? []).filter(
        (it) =>
          at(it, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete' &&
          ['Released', 'Failed'].includes(String(at(it, 'status', 'phase'))),
      )
      return left.length === 0
        ? true
        : unfinished(`${left.length} volumes left: ${left.slice(0, 3).map(nameOf).join(', ')}`)
    },
  )

/** `kept`: it is somebody else's. */
async function uninstall(
  kube: Kube,
  told: Told,
  client: KubeClient,
  name: ReleaseName,
): Promise<'gone' | 'taken' | 'kept'> {
  const { cluster, release, namespace } = name
  const found = await releaseAt(kube, told, client, name)
  if (found === undefined) return 'gone'
  if (!found.isOurs) {
    const command = releaseAdoption(kube.ground.plan, name)
    const kept = { kind: 'helm release', id: `${namespace}/${release}`, why: notOurs, command }
    tellKept(kube, told, { kind: 'cluster', name: cluster }, [kept])
    return 'kept'
  }
  told.observe(`helm uninstalls ${release}`)
  await helmAt(kube, told, client, ['uninstall', release, '--namespace', namespace, '--ignore-not-found'])
  return 'taken'
}

/** Its release, then the volumes of etcd, which outlive it. */
async function takeKarmada(
  kube: Kube,
  told: Told,
  client: KubeClient,
  federation: string,
  cluster: string,
  isByFlux: boolean,
): Promise<boolean> {
  let changed = false
  for (const { release, namespace } of karmadaCharts(kube.ground.plan, federation)) {
    if (isByFlux) changed = (await removeRelease(kube, told, client, { cluster, namespace, name: release })) || changed
    else {
      const how = await uninstall(kube, told, client, { cluster, release, namespace })
      // what others run there lives in that namespace
      if (how === 'kept') return changed
      changed ||= how === 'taken'
    }
  }
  const namespace = `${karmadaBundle}-system`
  const path = `/api/v1/namespaces/${namespace}`
  const api: Api = { kind: 'cluster', name: cluster }
  const spaces = await mayGo(kube, told, client, api, [path])
  const gone = await deleteAll(kube, told, client, spaces, {
    what: `the namespace ${namespace} of ${cluster} is gone, with the volumes of etcd`,
    next: `kubectl --context ${cluster} --namespace ${namespace} get persistentvolumeclaims,pods shows what is left`,
  })
  return gone || changed
}
