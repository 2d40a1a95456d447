// A kind of place by its name, explained.

import type { PlaceExplanation } from '../places/explain.ts'
import { explainPlace as explained, placeKindNamed } from '../places/explain.ts'

export function explainPlace(name: string): PlaceExplanation | undefined {
  const kind = placeKindNamed(name)
  return kind === undefined ? undefined : explained(kind)
}
