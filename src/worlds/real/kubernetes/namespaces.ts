// What others have in a namespace that shall go: deleting a namespace deletes all that is in it, whoever made it.

import { isFields, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import type { Api, Ground } from '../ground.ts'
import { appCharts } from './app-charts.ts'
import { fleetMark, isOurs } from './ownership.ts'

/** Charts of the fleet in a namespace, without those whose release is somebody else's. */
async function releasesOf(
  { plan }: Ground,
  api: Api,
  client: KubeClient,
  namespace: string,
): Promise<ReadonlySet<string>> {
  const own = appCharts(plan)
    .filter((it) => api.kind === 'cluster' && it.cluster === api.name && it.namespace === namespace)
    .map(({ release }) => release)
  if (own.length === 0) return new Set()
  const secrets = await listed(client, `/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`)
  const isForeign = (release: string): boolean => {
    const revisions = secrets.filter(({ metadata }) => metadata.labels?.name === release)
    return revisions.length > 0 && !revisions.some(({ metadata }) => metadata.labels?.[fleetMark] === plan.fleet.name)
  }
  return new Set(own.filter((release) => !isForeign(release)))
}

interface Served {
  readonly resources: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs?: readonly string[]
  }[]
}

/** What is measured or told of others, and what Karmada works out of its templates: nobody puts it there. */
const derived = new Set([
  'metrics.k8s.io',
  'events.k8s.io',
  'discovery.k8s.io',
  'coordination.k8s.io',
  'authorization.k8s.io',
  'work.karmada.io',
])
const derivedKinds = new Set(['events', 'endpoints', 'bindings'])

/** Up to so many are named. */
const namedMax = 5

/** `objects`: of the fleet on this API, for the claims that its StatefulSets make. */
export async function othersIn(
  ground: Ground,
  api: Api,
  client: KubeClient,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const claims = objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) =>
      (itemsAt(set, 'spec', 'volumeClaimTemplates') as readonly KubeObject[]).map(
        (it) => `${it.metadata.name}-${set.metadata.name}-`,
      ),
    )
  const releases = await releasesOf(ground, api, client, namespace)
  const isOfOthers = (path: string, kind: string, it: KubeObject): boolean => {
    const { name, labels, annotations, ownerReferences, deletionTimestamp } = it.metadata
    if (deletionTimestamp !== undefined || (Array.isArray(ownerReferences) && ownerReferences.length > 0)) return false
    if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return false
    if (kind === 'ServiceAccount' && name === 'default') return false
    if (kind === 'Secret' && it.type === 'kubernetes.io/service-account-token') return false
    if (kind === 'PersistentVolumeClaim' && claims.some((start) => name.startsWith(start))) return false
    const release = isFields(annotations) ? annotations['meta.helm.sh/release-name'] : undefined
    if (releases.has(String(release)) || (labels?.owner === 'helm' && releases.has(labels.name ?? ''))) return false
    return !isOurs(ground, api, path, it)
  }
  const found: string[] = []
  for (const root of await rootsOf(client)) {
    const served = await client.get<Served>(root)
    for (const { name, kind, namespaced, verbs } of served?.resources ?? []) {
      if (!namespaced || name.includes('/') || derivedKinds.has(name) || verbs?.includes('list') === false) continue
      const path = `${root}/namespaces/${namespace}/${name}`
      for (const it of await listed(client, path))
        if (isOfOthers(`${path}/${it.metadata.name}`, kind, it)) found.push(`${kind} ${it.metadata.name}`)
    }
  }
  return found.length <= namedMax ? found : [...found.slice(0, namedMax), `and ${found.length - namedMax} more`]
}

async function rootsOf(client: KubeClient): Promise<readonly string[]> {
  const { groups } = (await client.get<{
    readonly groups: readonly {
      readonly name: string
      readonly versions: readonly { readonly groupVersion: string }[]
      readonly preferredVersion?: { readonly groupVersion: string }
    }[]
  }>('/apis')) ?? { groups: [] }
  return [
    '/api/v1',
    ...groups.flatMap(({ name, versions, preferredVersion }) => {
      const version = preferredVersion?.groupVersion ?? versions[0]?.groupVersion
      return derived.has(name) || version === undefined ? [] : [`/apis/${version}`]
    }),
  ]
}

async function listed(client: KubeClient, path: string): Promise<readonly KubeObject[]> {
  try {
    return (await client.get<{ readonly items: readonly KubeObject[] }>(path))?.items ?? []
  } catch (error) {
    // a kind that cannot be listed holds nothing that could be lost
    if (error instanceof KubeError && error.status === 405) return []
    throw error
  }
}
