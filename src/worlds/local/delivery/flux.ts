// Flux on the clusters that it serves, as tasks of the bring-up: its kinds, its controllers (engines like the others), and what a person
// would apply once to start it. Everything else it does itself, from the repository.

import { fleetValues } from '../../../artefacts/fleet-values.ts'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
import { engineId } from '../engine.ts'
import { fluxNamespace } from '../engines/flux-controller.ts'

export const fluxEngines = ['source-controller', 'kustomize-controller', 'helm-controller'] as const

export const fluxEngineIds = (cluster: Owner): readonly string[] => fluxEngines.map((name) => engineId(cluster, name))

/** The namespace, what only stacks would know, and Secrets: their places are taken, with nothing in them that opens anything. */
export function beforeSync(
  values: Readonly<Record<string, string>>,
  secrets: readonly string[],
): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: fluxNamespace } },
    ...(Object.keys(values).length === 0
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: fleetValues.name, namespace: fleetValues.namespace },
            data: values,
          },
        ]),
    ...[...new Set(secrets)].map((name) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: fluxNamespace },
      type: 'Opaque',
    })),
  ]
}

const kustomizations = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${fluxNamespace}/kustomizations`

interface Look {
  readonly name: string
  readonly ready: boolean
  readonly reason: string
  readonly message: string
  readonly needs: readonly string[]
}

async function look(client: KubeClient): Promise<readonly Look[]> {
  const list = await client.get<{ items: KubeObject[] }>(kustomizations)
  return (list?.items ?? []).map((item) => {
    const condition = itemsAt(item, 'status', 'conditions').find((it) => at(it, 'type') === 'Ready')
    const seen = at(item, 'status', 'observedGeneration') === at(item, 'metadata', 'generation')
    return {
      name: item.metadata.name,
      ready: seen && at(condition, 'status') === 'True',
      reason: String(at(condition, 'reason') ?? ''),
      message: String(at(condition, 'message') ?? ''),
      needs: itemsAt(item, 'spec', 'dependsOn').map((it) => String(at(it, 'name'))),
    }
  })
}

const sources = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${fluxNamespace}/gitrepositories`

/** A source that failed before is fetched now, and not after its back-off. */
export async function askSources(client: KubeClient): Promise<void> {
  const list = await client.get<{ items: KubeObject[] }>(sources)
  for (const item of list?.items ?? []) {
    const ready = itemsAt(item, 'status', 'conditions').find((it) => at(it, 'type') === 'Ready')
    if (at(ready, 'status') === 'False') await askAgain(client, `${sources}/${item.metadata.name}`)
  }
}

/** As `flux reconcile` does. */
const askAgain = (client: KubeClient, path: string): Promise<KubeObject> =>
  client.merge(path, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() } } })

/** What is not reconciled yet, in words; undefined once all is. One whose needs are there is asked to look again. */
export async function unreconciled(client: KubeClient, asked: Set<string>): Promise<string | undefined> {
  const all = await look(client)
  const ready = new Set(all.filter((it) => it.ready).map(({ name }) => name))
  for (const { name, reason, needs } of all) {
    if (ready.has(name) || reason !== 'DependencyNotReady' || asked.has(name)) continue
    if (!needs.every((need) => ready.has(need))) continue
    asked.add(name)
    await askAgain(client, `${kustomizations}/${name}`)
  }
  const missing = all.filter((it) => !it.ready)
  if (all.length > 0 && missing.length === 0) return undefined
  return all.length === 0
    ? 'nothing was fetched yet'
    : missing
        .map(({ name, reason, message }) => `${name}: ${message === '' ? reason || 'not looked at yet' : message}`)
        .join('; ')
}
