// A general law asks a trait; each place says under which code, with which words. So one judge becomes as many laws as there are
// places with a law on its topic, and nothing here names a place.

import type { Hit, Rule } from '../model/finding.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Place, PlaceKind } from '../model/place.ts'
import type { Law, Topic } from '../places/index.ts'
import { places } from '../places/index.ts'

/** `covers`: whether the law at hand is the law of that place. */
export type Judge = (fleet: Fleet, covers: (place: Place) => boolean) => readonly Hit[]

/** `otherwise`: the law for places that have none of their own on the topic. */
export function lawsOn(topic: Topic, judge: Judge, otherwise?: Law): readonly Rule[] {
  const kindsByLaw = new Map<Law, Set<PlaceKind>>()
  for (const place of Object.values(places)) {
    const law = place.laws[topic] ?? otherwise
    if (law === undefined) continue
    const kinds = kindsByLaw.get(law) ?? new Set()
    kindsByLaw.set(law, kinds.add(place.kind))
  }
  return [...kindsByLaw].map(([law, kinds]) => ({
    ...law,
    check: (fleet) => judge(fleet, (place) => kinds.has(place.kind)),
  }))
}
