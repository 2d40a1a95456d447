// What is declared under which name, so that a second thing of the same name is refused and a reference can be followed. Names are taken
// from the raw documents, so that one fault in a site does not make everything that refers to it dangle.

import { documents as kinds } from '../model/declaration/index.ts'
import type { ReferenceTarget } from '../model/declaration/scalars.ts'
import { brief } from '../model/visible.ts'
import type { Declared, Path } from './document.ts'
import { inside, spotOf, wordsOf } from './document.ts'
import type { Problems, Spot } from './problems.ts'
import { schemaAt, targetWords } from './schema.ts'

export interface Names {
  readonly of: Readonly<Record<ReferenceTarget, Map<string, Spot>>>
  /** Kinds of which not all names could be read: what refers to them is not judged. */
  readonly unsure: Set<ReferenceTarget>
}

const lists: readonly { readonly path: Path; readonly target: ReferenceTarget }[] = [
  { path: ['accounts'], target: 'account' },
  { path: ['networks'], target: 'network' },
  { path: ['dns', 'zones'], target: 'dnsZone' },
  { path: ['clusters'], target: 'cluster' },
  { path: ['sites'], target: 'site' },
  { path: ['classes'], target: 'class' },
  { path: ['federations'], target: 'federation' },
  { path: ['audiences'], target: 'audience' },
]

export function namesOf(documents: readonly Declared[], problems: Problems): Names {
  const names: Names = {
    of: {
      account: new Map(),
      network: new Map(),
      subnet: new Map(),
      dnsZone: new Map(),
      cluster: new Map(),
      site: new Map(),
      nodePool: new Map(),
      audience: new Map(),
      app: new Map(),
      federation: new Map(),
      class: new Map(),
    },
    unsure: new Set(),
  }
  const drills = new Map<string, Spot>()
  for (const document of documents) {
    if (document.kind === 'Fleet') fleetNames(document, names, problems)
    else if (document.kind === 'App') declare(names.of.app, 'app', document, ['metadata'], names, problems)
    else declare(drills, 'drill', document, ['metadata'], names, problems)
  }
  if (names.of.audience.size === 0 && !names.unsure.has('audience'))
    names.of.audience.set('users', { file: '', line: 1, column: 1 })
  return names
}

function fleetNames(document: Declared, names: Names, problems: Problems): void {
  for (const { path, target } of lists) {
    let list: unknown = document.raw
    for (const step of path) list = inside(list, step)
    if (!Array.isArray(list)) {
      if (list !== undefined) unsure(target, names)
      continue
    }
    list.forEach((item, index) => {
      const here = [...path, index]
      declare(names.of[target], target, document, here, names, problems)
      if (target === 'network') within(item, 'subnets', here, names.of.subnet, 'subnet', document, names, problems)
      // pools need to be unique at their site only
      if (target === 'site') within(item, 'nodePools', here, new Map(), 'nodePool', document, names, problems)
    })
  }
}

function unsure(target: ReferenceTarget, names: Names): void {
  names.unsure.add(target)
  // subnets stand inside networks
  if (target === 'network') names.unsure.add('subnet')
}

function within(
  item: unknown,
  key: string,
  path: Path,
  into: Map<string, Spot>,
  target: ReferenceTarget,
  document: Declared,
  names: Names,
  problems: Problems,
): void {
  const list = inside(item, key)
  if (!Array.isArray(list)) {
    if (list !== undefined) names.unsure.add(target)
    return
  }
  for (const index of list.keys()) declare(into, target, document, [...path, key, index], names, problems)
}

function declare(
  into: Map<string, Spot>,
  target: ReferenceTarget | 'drill',
  document: Declared,
  path: Path,
  names: Names,
  problems: Problems,
): void {
  let value: unknown = document.raw
  for (const step of path) value = inside(value, step)
  const name = inside(value, 'name')
  // what refers to a thing by its right name would dangle for a fault that is told already
  const right = schemaAt(kinds[document.kind], [...path, 'name'])?.safeParse(name).success === true
  if (target !== 'drill' && !right) unsure(target, names)
  if (typeof name !== 'string') {
    return
  }
  // a public and a private zone of one name are two zones
  const key = target === 'dnsZone' && inside(value, 'private') === true ? `${name} (private)` : name
  const spot = spotOf(document, [...path, 'name'])
  const first = into.get(key)
  if (first === undefined) into.set(key, spot)
  else
    problems.add(`there are two ${plural(target)} named ${brief(name, 63)}`, spot, {
      where: wordsOf(document, path),
      hint: `the first is at ${first.file}:${first.line}; give one of them another name`,
    })
}

function plural(target: ReferenceTarget | 'drill'): string {
  const word = target === 'drill' ? 'drill' : targetWords[target]
  return word.endsWith('s') ? `${word}es` : `${word}s`
}
