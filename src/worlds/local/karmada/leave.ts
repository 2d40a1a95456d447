// A cluster that the fleet has as a member no more leaves its federation, as `karmadactl unjoin` makes it: its Cluster is deleted, on which
// Karmada takes its works, and with them its apps, off it, and gives their replicas to the others; then what joining had made. Only those
// that skerry has joined: others may have members of their own here.
// Source: Karmada v1.18.2, pkg/karmadactl/unjoin/unjoin.go, pkg/controllers/cluster/cluster_controller.go (removeCluster).

import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { until } from '../../kube/until.ts'
import { accountNames, joinedMark } from './members.ts'
import { clusterNamespace } from './objects.ts'

/** Karmada first gives the replicas to other members, and waits for those. */
const patientSeconds = 45

/** As `karmadactl unjoin --force` does: the works of the member are given up, whether or not it heard of that. */
async function letGo(karmada: KubeClient, name: string): Promise<void> {
  const works = `/apis/work.karmada.io/v1alpha1/namespaces/karmada-es-${name}/works`
  const { items = [] } = (await karmada.get<{ readonly items?: readonly KubeObject[] }>(works)) ?? {}
  for (const { metadata } of items)
    await karmada.merge(`${works}/${metadata.name}`, { metadata: { finalizers: null } }).catch(() => undefined)
}

const clustersPath = '/apis/cluster.karmada.io/v1alpha1/clusters'

/** Gives back who left. `member`: its API, where it still runs. */
export async function leave(
  karmada: KubeClient,
  wanted: ReadonlySet<string>,
  member: (name: string) => KubeClient | undefined,
): Promise<readonly string[]> {
  const { items = [] } = (await karmada.get<{ readonly items?: readonly KubeObject[] }>(clustersPath)) ?? {}
  const leaving = items
    .filter(({ metadata }) => !wanted.has(metadata.name) && Object.hasOwn(metadata.annotations ?? {}, joinedMark))
    .map(({ metadata }) => metadata.name)
  for (const name of leaving) {
    await karmada.delete(`${clustersPath}/${name}`)
    const gone = async () => ((await karmada.get(`${clustersPath}/${name}`)) === undefined ? true : undefined)
    // one that pulls and whose agent is gone takes its works back itself, never; what it held goes with it
    await until(`that ${name} lets go of its apps`, gone, { seconds: patientSeconds }).catch(() => letGo(karmada, name))
    await until(`that ${name} has left its federation`, gone)
    const secrets = `/api/v1/namespaces/${clusterNamespace}/secrets`
    for (const secret of [name, `${name}-impersonator`]) await karmada.delete(`${secrets}/${secret}`)
    const own = member(name)
    if (own === undefined) continue
    const rbac = '/apis/rbac.authorization.k8s.io/v1'
    for (const role of accountNames(name).roles)
      for (const kind of ['clusterrolebindings', 'clusterroles']) await own.delete(`${rbac}/${kind}/${role}`)
    await own.delete(`/api/v1/namespaces/${clusterNamespace}`)
  }
  return leaving
}
