// The search for a set of regions: every set that just satisfies the constraints is a path, the heaviest path wins, and a shorter
// path that is its beginning is preferred to it. The search is exponential in the number of regions, as in Karmada.
// Source: Karmada v1.18.2, pkg/scheduler/core/spreadconstraint/select_groups.go.

import { byName } from './candidate.ts'

export interface Group {
  readonly name: string
  /** Clusters in it. */
  readonly value: number
  readonly weight: number
}

/** Between `min` and `max` groups with at least `target` clusters together; empty when there is no such set. */
export function selectGroups(groups: readonly Group[], min: number, max: number, target: number): readonly Group[] {
  const [first, ...others] = feasiblePaths(groups, min, max, target).sort(
    (a, b) => b.weight - a.weight || b.value - a.value || a.id - b.id,
  )
  if (first === undefined) return []
  return others.reduce((best, path) => (isBeginning(path.groups, best) ? path.groups : best), first.groups)
}

interface Path {
  readonly id: number
  readonly groups: readonly Group[]
  readonly weight: number
  readonly value: number
}

function feasiblePaths(unsorted: readonly Group[], min: number, max: number, target: number): Path[] {
  if (unsorted.length === 0) return []
  const groups = unsorted.toSorted((a, b) => a.value - b.value || b.weight - a.weight || byName(a.name, b.name))
  const paths: Path[] = []
  const taken: Group[] = []
  const search = (value: number, begin: number): void => {
    if (value >= target && taken.length >= min && taken.length <= max) {
      paths.push(pathOf(paths.length + 1, taken))
      return
    }
    if (taken.length >= max) return
    for (const [index, group] of groups.entries()) {
      if (index < begin) continue
      taken.push(group)
      search(value + group.value, index + 1)
      // all groups are needed: there is nothing else to try
      if (groups.length === min) return
      taken.pop()
    }
  }
  search(0, 0)
  return paths
}

const pathOf = (id: number, taken: readonly Group[]): Path => ({
  id,
  groups: taken.toSorted((a, b) => b.weight - a.weight || byName(a.name, b.name)),
  weight: taken.reduce((sum, { weight }) => sum + weight, 0),
  value: taken.reduce((sum, { value }) => sum + value, 0),
})

const isBeginning = (path: readonly Group[], whole: readonly Group[]): boolean =>
  path.length < whole.length && path.every(({ name }, index) => whole[index]?.name === name)
