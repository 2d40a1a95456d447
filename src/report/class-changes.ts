// Which part of each class a plan touches: how many sites, and by ring, Region and state.

import type { Site } from '../model/fleet.ts'
import { groupBy } from '../model/group-by.ts'
import { byLabels } from '../model/labels.ts'
import { lookup } from '../model/lookup.ts'
import type { Plan } from '../model/plan.ts'
import { amount } from '../model/words.ts'
import { labelsText } from './labels-text.ts'

/** A line for the class, and one for each label that tells its sites apart. */
export function classChanges({ fleet, steps }: Plan): readonly (readonly [head: string, ...labels: string[]])[] {
  if (fleet.classes.length === 0) return []
  const find = lookup(fleet)
  const touched = new Set<Site>()
  for (const { kind, change, subject } of steps) {
    if (kind === 'verify' || change === 'keep') continue
    const sites = subject.site === undefined ? find.sitesOf(subject.cluster ?? '') : [find.site(subject.site)]
    for (const site of sites) if (site?.class !== undefined) touched.add(site)
  }
  return [...groupBy([...touched], (site) => site.class ?? '')].flatMap(([name, sites]) => {
    if (sites.length < 2) return []
    const all = fleet.sites.filter((site) => site.class === name)
    const head = `${sites.length === all.length ? `All ${amount(all.length)}` : `${amount(sites.length)} of ${amount(all.length)}`} sites of the class ${name} are touched`
    return [
      [
        head,
        // of the labels that tell the sites of the class apart, also one that all touched ones share
        ...byLabels(all, ({ labels }) => labels).map(({ label, groups }) => {
          const counts = groups.map(({ value, items }) => ({
            value,
            sites: items.filter((site) => touched.has(site)).length,
          }))
          return `by ${label.padEnd(9)}${labelsText(counts.filter((one) => one.sites > 0).sort((x, y) => (label === 'ring' ? 0 : y.sites - x.sites)))}`
        }),
      ] as const,
    ]
  })
}
