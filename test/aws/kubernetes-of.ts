// The Kubernetes API of each fake cluster, from its creation to its end.

import type { Cloud } from './cloud.ts'
import { whoHas } from './eks-token.ts'
import type { Entity } from './entities.ts'
import { text } from './json.ts'
import { clusterKey, runningOf } from './resources/machines-of.ts'

/** Where nobody makes one, an address at which nobody answers. */
const nobody = {
  endpoint: 'https://127.0.0.1:1',
  ca: '-----BEGIN CERTIFICATE-----\nnobody\n-----END CERTIFICATE-----\n',
}

export async function startKubernetes(
  cloud: Cloud,
  cluster: Entity,
): Promise<{ readonly endpoint: string; readonly ca: string }> {
  const { kubernetes } = cloud.options
  if (kubernetes === undefined) return nobody
  const running = await kubernetes({
    name: cluster.id,
    account: cluster.account,
    region: cluster.region,
    version: text(cluster.attributes.Version),
    isLocal: cluster.properties.OutpostConfig !== undefined,
    whoHas: (token) => whoHas(cloud, cluster, token),
  })
  const key = clusterKey(cluster.id, cluster)
  runningOf(cloud).set(key, running)
  cloud.ends.push(async () => {
    if (runningOf(cloud).get(key) === running) await running.stop()
  })
  return running
}

export async function stopKubernetes(cloud: Cloud, cluster: Entity): Promise<void> {
  const key = clusterKey(cluster.id, cluster)
  const running = runningOf(cloud).get(key)
  runningOf(cloud).delete(key)
  await running?.stop()
}
