// A name prefix or suffix, with the references that follow it: those by which the objects of an app find each other. Kinds and fields
// are the common ones of kustomize's name references.

import type { Manifest } from '../../model/fleet.ts'
import { inside } from '../document.ts'
import { again } from '../objects.ts'

const unnamed = new Set(['Namespace', 'CustomResourceDefinition', 'APIService'])

/** Field whose value is a name → kind of what it names. */
const byField: Readonly<Record<string, string>> = {
  serviceAccountName: 'ServiceAccount',
  secretName: 'Secret',
  claimName: 'PersistentVolumeClaim',
  serviceName: 'Service',
}
/** Field whose value has a name → kind of what it names. */
const byReference: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  service: 'Service',
}
/** Fields that say the kind themselves. */
const byKind = new Set(['scaleTargetRef', 'roleRef', 'subjects'])

export function renameAll(
  objects: readonly Manifest[],
  rename: (name: string, kind: string) => string,
): readonly Manifest[] {
  const renamed = new Set(objects.filter(({ kind }) => !unnamed.has(kind)).map(({ kind, name }) => `${kind} ${name}`))
  return objects.map((object) => {
    const { metadata, ...rest } = walk(object.object) as { metadata?: object }
    return again(object, {
      ...rest,
      metadata: unnamed.has(object.kind) ? metadata : { ...metadata, name: rename(object.name, object.kind) },
    })
  })

  function nameOf(kind: unknown, name: unknown): unknown {
    return typeof name === 'string' && renamed.has(`${String(kind)} ${name}`) ? rename(name, String(kind)) : name
  }

  function walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, field(key, inner)]))
  }

  function field(key: string, inner: unknown): unknown {
    const named = byField[key]
    if (named !== undefined) return nameOf(named, inner)
    const kind = byReference[key]
    const name = inside(inner, 'name')
    if (kind !== undefined && name !== undefined) return { ...(walk(inner) as object), name: nameOf(kind, name) }
    if (byKind.has(key)) return Array.isArray(inner) ? inner.map(withKind) : withKind(inner)
    return walk(inner)
  }

  function withKind(item: unknown): unknown {
    const kind = inside(item, 'kind')
    return kind === undefined ? walk(item) : { ...(walk(item) as object), name: nameOf(kind, inside(item, 'name')) }
  }
}
