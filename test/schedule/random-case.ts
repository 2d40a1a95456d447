// Bindings drawn from a seed, to ask Karmada's scheduler and its port the same. They are meant to be nasty rather than likely.
import type { Binding, Target } from '../../src/schedule/binding.ts'
import type { Placement } from '../../src/schedule/placement.ts'
import type { Draw } from './draw.ts'
import { compact, drawFrom } from './draw.ts'
import { randomClusters, randomRequirements } from './random-clusters.ts'
import { randomApplied, randomPlacement } from './random-placement.ts'

export interface Case extends Binding {
  /** The placement of the last schedule; without it there was none. */
  readonly applied?: Placement
}

/** How many of a hundred cases have up to 8, 24 and 80 clusters. */
export interface Sizes {
  readonly small: number
  readonly medium: number
}

export function randomCase(seed: number, sizes: Sizes = { small: 60, medium: 28 }): Case {
  const draw = drawFrom(seed)
  const size = draw.int(1, 100)
  const most = size <= sizes.small ? 8 : size <= sizes.small + sizes.medium ? 24 : 80
  return draw.chance(8) ? tightCase(draw, most) : wideCase(draw, most)
}

/** Everything that there is, in any combination. */
function wideCase(draw: Draw, most: number): Case {
  const { int, chance, pick, some, maybe } = draw
  const replicas = pick([0, int(1, 6), int(1, 12), int(1, 40), int(1, 40), int(40, 300), int(300, 3000)])
  const requirements = maybe(45, () => randomRequirements(draw))
  const clusters = randomClusters(draw, chance(1) ? 0 : int(1, most), replicas)
  const names = clusters.map(({ name }) => name)
  const placement = randomPlacement(draw, names)
  const terms = placement.clusterAffinities?.map(({ affinityName }) => affinityName) ?? []
  const settled = chance(12)
  return compact({
    clusters,
    replicas,
    uid: chance(5) ? '' : `uid-${int(0, 999)}`,
    requirements,
    resource: maybe(3, () => ({ apiVersion: 'batch/v1', kind: 'Job' })),
    components: maybe(4, () => int(1, 3)),
    previous: maybe(65, () => randomPrevious(draw, names, replicas, settled ? 70 : 25)),
    evicting: maybe(12, () => some(names, 20)),
    placement,
    applied: settled ? placement : maybe(20, () => randomApplied(draw, placement, names)),
    affinity: maybe(settled ? 100 : 50, () => pick([...terms, ...terms, 'gone', ''])),
    fresh: maybe(settled ? 0 : 25, () => true),
    propagateEmpty: maybe(12, () => true),
  })
}

/** A few clusters may be chosen, and those that come first just have too little room, or just enough. */
function tightCase({ int, pick, some }: Draw, most: number): Case {
  const rooms = [int(0, 4), int(0, 9), int(5, 9)]
  const clusters = Array.from({ length: int(2, most) }, (_, index) => ({ name: `m${index + 1}`, avail: pick(rooms) }))
  const previous = some(clusters, int(0, 70)).map(({ name }) => ({ name, replicas: int(0, 3) }))
  const maxGroups = int(1, Math.min(clusters.length, 9))
  return {
    clusters,
    replicas: Math.max(1, int(maxGroups * 2, maxGroups * Math.max(...rooms))),
    uid: `uid-${int(0, 999)}`,
    previous,
    placement: {
      spreadConstraints: [{ spreadByField: 'cluster', minGroups: int(0, maxGroups), maxGroups }],
      replicaScheduling: pick([
        { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
        {
          replicaSchedulingType: 'Divided',
          replicaDivisionPreference: 'Weighted',
          weightPreference: { dynamicWeight: 'AvailableReplicas' },
        },
      ]),
    },
  }
}

function randomPrevious(
  { int, pick, chance, some }: Draw,
  names: readonly string[],
  replicas: number,
  exact: number,
): Target[] {
  const holding = [...some(names, int(10, 100)), ...(chance(15) ? ['elsewhere'] : [])]
  const shuffled = holding.map((name) => ({ name, key: int(0, 1e9) })).sort((a, b) => a.key - b.key)
  const most = pick([1, 3, 10, Math.max(1, Math.trunc((2 * replicas) / (holding.length + 1)))])
  const targets = shuffled.map(({ name }) => ({ name, replicas: chance(8) ? 0 : int(1, most) }))
  const sum = targets.reduce((total, target) => total + target.replicas, 0)
  const [first, ...rest] = targets
  if (first === undefined || !chance(exact) || first.replicas + replicas - sum < 0) return targets
  return [{ name: first.name, replicas: first.replicas + replicas - sum }, ...rest]
}
