// The variables of a bundle. Flux puts values into the text of each object once kustomize has built it, and reads that text as YAML again:
// so `replicas: ${replicas}` becomes a number, and `${HOME}` in somebody's script becomes nothing unless it is escaped. Here the same
// is done for rendering, and undone for whoever never meant Flux (fluxcd/pkg envsubst/parse/scan.go: two dollars stand for one).

import { parse, stringify } from 'yaml'
import type { Bundle, BundleFile } from '../bundle.ts'
import { isFleetVariable } from '../fleet-values.ts'

export interface Variables {
  /** Whether Flux substitutes in the bundle's objects at all. */
  readonly used: boolean
  readonly isOurs: (name: string) => boolean
  /** Whether values must come from the ConfigMap that `up` writes. */
  readonly fromFleet: boolean
}

const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** The same for all of its targets, since they share the files of the base. */
export function variablesOf(bundle: Bundle): Variables {
  const declared = new Set<string>()
  let before: Readonly<Record<string, string>> | undefined
  for (const { values } of bundle.targets) {
    if (values !== before) for (const name of Object.keys(values)) declared.add(name)
    before = values
  }
  const isOurs = (name: string) => declared.has(name) || isFleetVariable(name)
  const named = [...namesIn(bundle)].filter(isOurs)
  return { used: named.length > 0, isOurs, fromFleet: named.some((name) => !declared.has(name)) }
}

/** Names of all variables in the objects of a bundle, whoever means them. */
export function namesIn(bundle: Pick<Bundle, 'base' | 'overlays'>): ReadonlySet<string> {
  const names = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value === 'string') for (const [, name = ''] of value.matchAll(variable)) names.add(name)
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) look(inner)
  }
  const files: readonly BundleFile[] = [
    ...bundle.base,
    ...bundle.overlays.flatMap(({ patches, extra }) => [...patches, ...extra]),
  ]
  for (const { objects } of files) look(objects)
  return names
}

/** What stands in the repository: our variables as they are, other people's dollars escaped. */
export function escaped<Value>(value: Value, { used, isOurs }: Variables): Value {
  return used ? mapStrings(value, (text) => (text.includes('$') ? escapedText(text, isOurs) : text)) : value
}

function escapedText(text: string, isOurs: (name: string) => boolean): string {
  return text.replaceAll(
    /(\$+)(\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?)?/g,
    (all, dollars: string, brace = '', name = '') => {
      if (name !== '' && isOurs(name)) return `${'$'.repeat((dollars.length - 1) * 2)}$${brace}`
      return dollars.length > 1 || brace !== '' ? `${dollars}${dollars}${brace}` : all
    },
  )
}

/** What reaches the cluster. A variable of which no value is known stays. */
export function substituted<Value>(
  value: Value,
  { used, isOurs }: Variables,
  values: Readonly<Record<string, string>>,
): Value {
  if (!used) return value
  const put = (text: string): unknown => {
    if (!text.includes('${')) return text
    const out = text.replaceAll(variable, (all, name: string) => (isOurs(name) ? (values[name] ?? all) : all))
    return out === text ? text : readAgain(text, out)
  }
  return mapStrings(value, put as (text: string) => string)
}

/** Flux has only the text: a scalar that was written without quotes may be a number once the value is in. */
function readAgain(before: string, after: string): unknown {
  const written = stringify(before, { lineWidth: 0 })
  if (written !== `${before}\n`) return after
  // the reader of Flux knows no numbers to the base of sixty
  if (after.includes(':')) return after
  const read: unknown = parse(after, { version: '1.1' })
  return typeof read === 'object' && read !== null ? after : read
}

function mapStrings<Value>(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value) as Value
  if (Array.isArray(value)) {
    let same = true
    const items = value.map((item: unknown) => {
      const made = mapStrings(item, change)
      if (made !== item) same = false
      return made
    })
    return same ? value : (items as Value)
  }
  if (typeof value !== 'object' || value === null) return value
  let same = true
  const out: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    out[key] = mapStrings(inner, change)
    if (out[key] !== inner) same = false
  }
  return same ? value : (out as Value)
}
