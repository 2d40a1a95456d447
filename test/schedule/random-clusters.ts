// Clusters for the drawn bindings: equal rooms, for ties; rooms where 32 bits wrap; summaries and grades of every form.
import type { MemberCluster } from '../../src/schedule/binding.ts'
import type { ReplicaRequirements, ResourceModel, Resources } from '../../src/schedule/estimate.ts'
import { defaultModels } from '../../src/schedule/estimate.ts'
import type { Taint } from '../../src/schedule/placement.ts'
import type { Draw } from './draw.ts'
import { compact } from './draw.ts'

export const regions = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9']
export const zones = ['z1', 'z2', 'z3', 'z4']
export const providers = ['aws', 'on-premises', 'other']
export const taintKeys = ['lost', 'dedicated', 'cluster.karmada.io/not-ready']
export const effects = ['NoSchedule', 'NoExecute', 'PreferNoSchedule'] as const

export function randomClusters(
  { int, chance, pick, some, maybe }: Draw,
  count: number,
  replicas: number,
): MemberCluster[] {
  const room = randomRoom({ int, pick, chance }, replicas)
  const places = regions.slice(0, int(1, regions.length))
  const everywhere = chance(60)
  const summarised = pick([0, 0, 0, 0, 30, 100])
  const tainted = pick([0, 0, 10, 40, 90])
  return Array.from({ length: count }, (_, index) =>
    compact({
      name: `m${index + 1}`,
      ...(chance(summarised) ? randomSummary({ int, pick, chance, some, maybe }) : { avail: room() }),
      region: maybe(everywhere ? 100 : 85, () => pick(places)),
      zones: maybe(everywhere ? 100 : 80, () => some(zones, 40)),
      provider: maybe(everywhere ? 100 : 90, () => pick(providers)),
      labels: maybe(85, () => ({ ring: pick(['canary', 'early', 'late']), size: String(int(1, 9)) })),
      taints: maybe(tainted, () => [randomTaint({ int, chance, pick, some, maybe })]),
      deleting: maybe(3, () => true),
      apis: maybe(4, () => pick([{}, { 'apps/v1': ['Deployment'] }, { 'apps/v1': ['DaemonSet'], v1: ['Pod'] }])),
    }),
  )
}

function randomRoom({ int, pick, chance }: Pick<Draw, 'int' | 'pick' | 'chance'>, replicas: number): () => number {
  const few = [int(0, 9), int(0, 9), int(0, 9)]
  const share = Math.max(1, replicas)
  const usual = pick<() => number>([
    () => pick(few),
    () => int(0, 3),
    () => int(0, 30),
    () => int(0, share),
    () => int(share, 3 * share),
    () => int(0, 1000),
  ])
  const odd = pick([0, 0, 0, 0, 15, 90])
  return () => (chance(odd) ? pick([-1, 0, 2 ** 31 - 1, 2 ** 31 - 2, 2 ** 30, -5, replicas]) : usual())
}

function randomSummary({ int, pick, chance, some }: Draw): Pick<MemberCluster, 'summary' | 'models'> {
  const free = (): Resources => ({
    cpu: pick([`${int(0, 64)}`, `${int(0, 64_000)}m`, int(1, 64)]),
    memory: pick([
      `${int(0, 256)}Gi`,
      `${int(0, 500_000)}Mi`,
      `${int(1, 9)}.5Gi`,
      '128974848',
      `${int(1, 200)}G`,
      '1e10',
    ]),
    ...(chance(90) && { pods: pick([String(int(0, 500)), int(0, 50), '110', '4294967295', '4294967291', '1k']) }),
    ...(chance(25) && { 'example.com/gpu': String(int(0, 8)) }),
    ...(chance(10) && { 'ephemeral-storage': `${int(0, 900)}Gi`, 'hugepages-2Mi': `${int(0, 64)}Mi` }),
  })
  const models = pick<readonly ResourceModel[] | undefined>([
    undefined,
    defaultModels,
    defaultModels,
    ownModels({ int, pick }),
  ])
  const counts = some(models ?? defaultModels, 60).map(({ grade }) => ({
    grade,
    count: int(chance(2) ? -1 : 0, pick([1, 3])),
  }))
  return compact({
    summary: compact({
      allocatable: chance(97) ? free() : undefined,
      allocated: chance(60)
        ? { cpu: `${int(0, 9000)}m`, memory: `${int(0, 20)}Gi`, pods: String(int(0, 60)) }
        : undefined,
      allocating: chance(20) ? { cpu: '100m', pods: String(int(0, 9)) } : undefined,
      allocatableModelings: chance(60) ? counts : undefined,
    }),
    models,
  })
}

const ownModels = ({ int, pick }: Pick<Draw, 'int' | 'pick'>): readonly ResourceModel[] => {
  const step = int(1, 6)
  return [0, 1, 2].map((grade) => ({
    grade,
    ranges: [
      { name: 'cpu', min: grade * step, max: (grade + 1) * step },
      { name: pick(['memory', 'example.com/gpu', 'ephemeral-storage']), min: `${grade * step}Gi`, max: '64Gi' },
    ],
  }))
}

export function randomRequirements({ int, pick, chance }: Draw): ReplicaRequirements {
  if (chance(10)) return {}
  const resourceRequest: Resources = {
    ...(chance(85) && { cpu: pick(['100m', '250m', '1', '0', '1500m', '0.3', '1n', `${int(1, 4000)}m`]) }),
    ...(chance(75) && { memory: pick(['64Mi', '1Gi', '1.5Gi', '200M', '1e9', '0', '128974848', '100k', '0.5']) }),
    ...(chance(12) && { 'example.com/gpu': '1' }),
    ...(chance(2) && { 'requests.example.com/gpu': '1' }),
    ...(chance(5) && { 'ephemeral-storage': '10Gi' }),
    ...(chance(3) && { 'hugepages-2Mi': '4Mi' }),
    ...(chance(3) && { storage: '1Gi' }),
    ...(chance(2) && { pods: '2' }),
  }
  return { resourceRequest }
}

function randomTaint({ pick, maybe }: Draw): Taint {
  return compact({ key: pick(taintKeys), value: maybe(40, () => pick(['yes', 'no'])), effect: pick(effects) })
}
