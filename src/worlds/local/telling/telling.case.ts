// Objects as engines write them, and a teller that keeps what it is told.

import type { Teller } from './teller.ts'
import { teller } from './teller.ts'
import type { Told } from './told.ts'

export function heard(): { readonly tells: Teller; readonly told: Told[] } {
  const told: Told[] = []
  return { tells: teller(), told }
}

/** From now on. */
export const begin = ({ tells, told }: ReturnType<typeof heard>): void => tells.begin((one) => told.push(one))

export const lines = (told: readonly Told[]): readonly string[] =>
  told.map(({ subject, what, from, to }) => `${subject} ${what} ${String(from)} -> ${String(to)}`)

const unreachable = 'node.kubernetes.io/unreachable'

export const node = (ready: string, ...effects: readonly string[]) => ({
  metadata: {
    name: 'los-angeles-edge-1',
    uid: 'n1',
    labels: {
      'skerry.dev/site': 'los-angeles',
      'skerry.dev/pool': 'edge',
      'topology.kubernetes.io/zone': 'us-west-2-lax-1a',
    },
  },
  spec: { taints: effects.map((effect) => ({ key: unreachable, effect })) },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})

interface PodShape {
  readonly node?: string
  readonly ready?: boolean
  readonly leaving?: boolean
  readonly evicted?: boolean
}

export const pod = (uid: string, { node: nodeName, ready = false, leaving = false, evicted = false }: PodShape) => ({
  metadata: {
    name: `game-7d9f-${uid}`,
    namespace: 'games',
    uid,
    ownerReferences: [{ kind: 'ReplicaSet', name: 'game-7d9f', controller: true }],
    ...(leaving && { deletionTimestamp: '2026-11-21T18:00:00Z' }),
  },
  spec: { ...(nodeName !== undefined && { nodeName }) },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: ready ? 'True' : 'False' },
      ...(evicted ? [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' }] : []),
    ],
  },
})

export const deployment = (replicas: number, annotations: Readonly<Record<string, string>> = {}) => ({
  metadata: { name: 'game', namespace: 'games', uid: 'd1' },
  spec: { replicas, template: { metadata: { annotations } } },
})

export const copy = {
  ...{ app: 'game', site: 'los-angeles', cluster: 'west', namespace: 'games', replicas: 2 },
  workload: { kind: 'Deployment', name: 'game' },
  ...{ service: 'game', ingress: 'game' },
}
