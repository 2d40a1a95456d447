// Who leaves a federation, and what goes along.
import { expect, test } from 'vitest'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { leave } from './leave.ts'
import { joinedMark } from './members.ts'

const clusters = '/apis/cluster.karmada.io/v1alpha1/clusters'

function server(names: Readonly<Record<string, boolean>>) {
  const deleted: string[] = []
  const there = (): readonly KubeObject[] =>
    Object.entries(names)
      .filter(([name]) => !deleted.includes(`${clusters}/${name}`))
      .map(([name, ours]) => ({
        apiVersion: 'cluster.karmada.io/v1alpha1',
        kind: 'Cluster',
        metadata: { name, ...(ours && { annotations: { [joinedMark]: 'true' } }) },
      }))
  const client = {
    get: async (path: string) =>
      path === clusters ? { items: there() } : there().find(({ metadata }) => path === `${clusters}/${metadata.name}`),
    delete: async (path: string) => void deleted.push(path),
  } as unknown as KubeClient
  return { client, deleted }
}

test('a member that is none any more leaves with its secrets and accounts; members that others joined stay', async () => {
  const karmada = server({ virginia: true, plant: true, theirs: false })
  const plant = server({})
  expect(await leave(karmada.client, new Set(['virginia']), () => plant.client)).toEqual(['plant'])
  expect(karmada.deleted).toEqual([
    `${clusters}/plant`,
    '/api/v1/namespaces/karmada-cluster/secrets/plant',
    '/api/v1/namespaces/karmada-cluster/secrets/plant-impersonator',
  ])
  expect(plant.deleted).toContain('/api/v1/namespaces/karmada-cluster')
  expect(await leave(karmada.client, new Set(['virginia']), () => undefined)).toEqual([])
})
