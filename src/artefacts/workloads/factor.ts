// Several shapes of one app, told as what they share and what is different: the base, and for each shape the smallest strategic merge
// patches that make it from the base.

import type { KubernetesObject } from '../artefact.ts'
import type { BundleFile } from '../bundle.ts'
import type { Fields } from './fields.ts'
import { at, isFields } from './fields.ts'

export interface Factored {
  readonly base: readonly BundleFile[]
  readonly overlays: readonly { readonly patches: readonly BundleFile[]; readonly extra: readonly BundleFile[] }[]
}

export function factor(shapes: readonly (readonly BundleFile[])[]): Factored {
  const [first = [], ...rest] = shapes
  if (rest.length === 0) return { base: first, overlays: [{ patches: [], extra: [] }] }
  const others = rest.map(indexed)
  const base = first.flatMap(({ file, objects }) => {
    const shared = objects.flatMap((object) => {
      const same = others.flatMap((index) => index.get(keyOf(object)) ?? [])
      return same.length < others.length ? [] : [same.reduce((all, one) => shareOf(all, one), object)]
    })
    return shared.length === 0 ? [] : [{ file, objects: shared }]
  })
  const shared = indexed(base)
  return { base, overlays: shapes.map((files) => overlayOf(files, shared)) }
}

function overlayOf(files: readonly BundleFile[], base: ReadonlyMap<string, KubernetesObject>): Factored['overlays'][0] {
  const patches = files
    .flatMap(({ objects }) => objects)
    .flatMap((object) => {
      const before = base.get(keyOf(object))
      const changes = before === undefined ? undefined : changesTo(before, object, isOwn(object))
      return changes === undefined ? [] : [patchOf(object, changes)]
    })
  const extra = files
    .map(({ file, objects }) => ({ file, objects: objects.filter((object) => !base.has(keyOf(object))) }))
    .filter(({ objects }) => objects.length > 0)
  return { patches: patches.map((object) => ({ file: fileOf(object, patches), objects: [object] })), extra }
}

/** Named by kind, as people do: `ingress-patch.yaml`; with the name of the object where there are two of a kind. */
function fileOf({ kind, metadata }: KubernetesObject, all: readonly KubernetesObject[]): string {
  const twice = all.filter((other) => other.kind === kind).length > 1
  const kebab = kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
  return `${twice ? `${kebab}-${metadata.name}` : kebab}-patch.yaml`
}

function patchOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject, changes: Fields) {
  const { metadata, ...rest } = changes
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(isFields(metadata) ? metadata : {}) },
    ...rest,
  }
}

const indexed = (files: readonly BundleFile[]): ReadonlyMap<string, KubernetesObject> =>
  new Map(files.flatMap(({ objects }) => objects.map((object) => [keyOf(object), object] as const)))

export const keyOf = ({ apiVersion, kind, metadata: { name, namespace = '' } }: KubernetesObject): string =>
  [apiVersion, kind, namespace, name].join(' ')

/** Kinds of which strategic merge joins lists of containers by name; lists of others are replaced as a whole. */
const isOwn = ({ apiVersion }: KubernetesObject): boolean => /^(?:v1$|apps\/|batch\/)/.test(apiVersion)

const joinedByName = new Set(['containers', 'initContainers'])
/** A merge adds to these what has another topologyKey, and takes nothing away. */
const addedTo = new Set(['topologySpreadConstraints'])
/** Of these one shape's entry must never show in another's: an annotation that one site lacks cannot be patched away naturally. */
const openMaps = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector'])

/** What both say. A scalar in which they differ is that of the first, since the patch of the other says its own. */
function shareOf<Whole extends Fields>(
  a: Whole,
  b: Fields,
  own = isOwn(a as unknown as KubernetesObject),
  open = false,
): Whole {
  const shared: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(a)) {
    if (!Object.hasOwn(b, key)) continue
    const other = b[key]
    if (equal(value, other)) shared[key] = value
    else if (own && addedTo.has(key) && Array.isArray(value) && Array.isArray(other)) {
      const both = value.filter((one) => other.some((two) => equal(one, two)))
      if (both.length > 0) shared[key] = both
    } else if (isFields(value) && isFields(other)) {
      const inner = shareOf(value, other, own, openMaps.has(key))
      if (Object.keys(inner).length > 0) shared[key] = inner
    } else if (Array.isArray(value) || Array.isArray(other)) {
      const pairs = own && joinedByName.has(key) ? pairsOf(value, other) : undefined
      if (pairs !== undefined) shared[key] = pairs.map(([one, two]) => shareOf(one, two, own))
    } else if (!open) shared[key] = value
  }
  return shared as Whole
}

/** What must be merged into the first to make the second; undefined: nothing. */
function changesTo(before: Fields, after: Fields, own: boolean): Fields | undefined {
  const changes: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(after)) {
    const known = before[key]
    if (equal(known, value)) continue
    const pairs = own && joinedByName.has(key) ? pairsOf(known, value) : undefined
    if (own && addedTo.has(key) && Array.isArray(known) && Array.isArray(value))
      changes[key] = value.filter((one) => !known.some((two) => equal(one, two)))
    else if (pairs !== undefined)
      // kustomize puts what a patch names first: all of them are named, so that their order stays
      changes[key] = pairs.map(([one, two]) => ({ name: at(two, 'name'), ...changesTo(one, two, own) }))
    else if (isFields(known) && isFields(value)) {
      const inner = changesTo(known, value, own)
      if (inner !== undefined) changes[key] = inner
    } else changes[key] = value
  }
  return Object.keys(changes).length === 0 ? undefined : changes
}

/** Two lists with the same names in the same order. */
function pairsOf(a: unknown, b: unknown): readonly (readonly [Fields, Fields])[] | undefined {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return undefined
  const alike = a.every((one, index) => isFields(one) && isFields(b[index]) && one.name === at(b[index], 'name'))
  return alike ? a.map((one, index) => [one as Fields, b[index] as Fields] as const) : undefined
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => equal(one, b[index]))
  if (!isFields(a) || !isFields(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
}
