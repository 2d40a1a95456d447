// A fleet in TypeScript: the same documents as in YAML, checked by the compiler while they are written.
//
//   import { defineFleet } from 'skerry'
//   export default defineFleet({ apiVersion: 'skerry.dev/v1alpha1', kind: 'Fleet', metadata: { name: 'shops' }, sites: [...] })

import type { Document } from '../model/declaration/index.ts'

/** The documents as they are given; nothing is added and nothing is read. */
export function defineFleet(...documents: readonly Document[]): readonly Document[] {
  return documents
}
