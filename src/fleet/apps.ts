// Apps and drills, from what is declared to what the model keeps: each copy of an app at its own site, with its manifests.

import type { z } from 'zod'
import type { appDocument } from '../model/declaration/app.ts'
import type { drillDocument } from '../model/declaration/drill.ts'
import type { App, Audience, Drill, Manifest, Placement, Site } from '../model/fleet.ts'
import type { Declared, Path, Read } from './document.ts'
import { originOf, spotOf, wordsOf } from './document.ts'
import type { Problems } from './problems.ts'
import { carries, nothingSelected } from './select.ts'

/** The manifests of a source, already read. */
export type ManifestsOf = (
  document: Declared,
  path: Path,
  source: z.output<typeof appDocument>['source'],
) => readonly Manifest[]

export function makeApp(
  { document, value }: Read<typeof appDocument>,
  sites: readonly Site[],
  audiences: readonly Audience[],
  manifestsOf: ManifestsOf,
  problems: Problems,
): App {
  const { metadata, placement, kind: _, apiVersion: __, ...rest } = value
  const { name } = metadata
  const seen = new Map<string, number>()
  const copies = placement.flatMap((entry, index): Placement[] => {
    const path: Path = ['placement', index]
    const { site, matchLabels, namespace: own, ...more } = entry
    const namespace = own ?? value.namespace ?? name
    const manifests =
      entry.source === undefined
        ? manifestsOf(document, ['source'], value.source)
        : manifestsOf(document, [...path, 'source'], entry.source)
    const copy = (at: string | undefined): Placement[] => {
      const where = at ?? entry.federation ?? ''
      const twin = `${at === undefined ? 'federation' : 'site'} ${where} ${namespace}`
      const first = seen.get(twin)
      if (first !== undefined) {
        problems.add(`${name} is placed twice at ${where} in the namespace ${namespace}`, spotOf(document, path), {
          where: wordsOf(document, path),
          hint: `placement[${first}] says so already; keep one, or give one of them another namespace`,
        })
        return []
      }
      seen.set(twin, index)
      return [
        {
          ...more,
          site: at,
          namespace,
          manifests,
          origin: originOf(document, path, `apps.${name}.placement.${where}`),
        },
      ]
    }
    if (matchLabels === undefined) return copy(site)
    const found = sites.filter((candidate) => carries(candidate.labels, matchLabels))
    if (found.length === 0) nothingSelected(document, [...path, 'matchLabels'], 'site', sites, problems)
    return found.flatMap((candidate) => copy(candidate.name))
  })
  return {
    ...rest,
    metadata,
    name,
    placement: copies,
    audiences: value.audiences ?? audiences.map((audience) => audience.name),
    origin: originOf(document, []),
  }
}

export function makeDrill({ document, value }: Read<typeof drillDocument>): Drill {
  const { metadata, faults, expect, kind: _, apiVersion: __, ...rest } = value
  return {
    ...rest,
    metadata,
    name: metadata.name,
    faults: faults.map((fault, index) => ({ ...fault, origin: originOf(document, ['faults', index]) })),
    expect: expect.map((expectation, index) => ({ ...expectation, origin: originOf(document, ['expect', index]) })),
    origin: originOf(document, []),
  }
}
