// Every reference in the documents leads to something that is declared, or is refused with the nearest name there is.

import { documents as kinds } from '../model/declaration/index.ts'
import type { ReferenceTarget } from '../model/declaration/scalars.ts'
import { brief } from '../model/visible.ts'
import type { Declared } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import type { Names } from './names.ts'
import { didYouMean, listed } from './nearest.ts'
import type { Problems } from './problems.ts'
import { eachReference, targetWords } from './schema.ts'

export function checkReferences(documents: readonly Declared[], names: Names, problems: Problems): void {
  for (const document of documents) {
    eachReference(kinds[document.kind], document.raw, (target, name, path, key) => {
      if (names.unsure.has(target) || names.of[target].has(name)) return
      const spot = spotOf(document, path, key)
      if (problems.told(spot)) return
      problems.add(danglingMessage(target, name), spot, {
        where: wordsOf(document, path),
        hint: () => danglingHint(target, name, names),
      })
    })
  }
}

export const danglingMessage = (target: ReferenceTarget, name: string): string =>
  `there is no ${targetWords[target]} named ${brief(name, 63)}`

export function danglingHint(target: ReferenceTarget, name: string, names: Names): string {
  const there = [...names.of[target].keys()]
  if (there.length === 0) return `none is declared; ${placesOf[target]}`
  return `${didYouMean(name, there)}declared: ${listed(there)}; ${placesOf[target]}`
}

const placesOf: Readonly<Record<ReferenceTarget, string>> = {
  account: 'accounts stand under accounts of the Fleet',
  network: 'networks stand under networks of the Fleet',
  subnet: 'subnets stand under networks[].subnets of the Fleet',
  dnsZone: 'zones stand under dns.zones of the Fleet',
  cluster: 'clusters stand under clusters of the Fleet',
  site: 'sites stand under sites of the Fleet',
  nodePool: 'node pools stand under sites[].nodePools of the Fleet',
  audience: 'audiences stand under audiences of the Fleet',
  app: 'each app is a document of kind App',
  federation: 'federations stand under federations of the Fleet',
  class: 'classes stand under classes of the Fleet',
}
