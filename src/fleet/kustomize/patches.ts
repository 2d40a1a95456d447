// The patches of a kustomization: which objects each one means, and what it makes of them.

import type { Manifest } from '../../model/fleet.ts'
import { isOwnKind, strategicMerge } from '../../model/strategic-merge.ts'
import { brief } from '../../model/visible.ts'
import { inside } from '../document.ts'
import { listed } from '../nearest.ts'
import { again } from '../objects.ts'
import type { Spot } from '../problems.ts'
import { parseYaml } from '../yaml.ts'
import type { Here } from './here.ts'
import { listOf, spot, step } from './here.ts'
import { jsonPatch } from './json-patch.ts'

export function patched(objects: readonly Manifest[], here: Here): readonly Manifest[] {
  let out = objects
  for (const key of ['patchesStrategicMerge', 'patchesJson6902', 'patches'] as const) {
    listOf(here.raw, key).forEach((entry, index) => {
      const at = spot(here, [key, index])
      const inline = typeof entry === 'string' && entry.includes('\n') ? entry : inside(entry, 'patch')
      const path = typeof entry === 'string' && !entry.includes('\n') ? entry : inside(entry, 'path')
      const target = inside(entry, 'target')
      for (const patch of patchesIn(inline, path, at, here)) out = patchOne(out, patch, target, at, here)
    })
  }
  return out
}

function patchesIn(inline: unknown, path: unknown, at: Spot, here: Here): readonly unknown[] {
  if (typeof inline === 'string') {
    // its faults have no line of their own; those of the kustomization is where to look
    return parseYaml(`${here.file.file} (patch on line ${at.line})`, inline, here.reader.problems).documents.map(
      ({ value }) => value,
    )
  }
  if (typeof path === 'string') {
    const inner = step(here, { path, at })
    return inner === undefined
      ? []
      : (here.reader.yaml(inner, at, undefined)?.documents ?? []).map(({ value }) => value)
  }
  here.reader.problems.add('the patch has neither path nor patch', at, {
    hint: 'name its file under path, or write it under patch',
  })
  return []
}

function patchOne(
  objects: readonly Manifest[],
  patch: unknown,
  target: unknown,
  at: Spot,
  here: Here,
): readonly Manifest[] {
  const fail = (message: string, hint: string) => here.reader.problems.add(message, at, { hint })
  if (Array.isArray(patch) && target === undefined) {
    fail('a JSON patch has no target', 'add target with kind and name')
    return objects
  }
  let hit = false
  const out = objects.flatMap((object): Manifest[] => {
    if (target === undefined ? !isNamedBy(object, patch) : !isTargeted(object, target)) return [object]
    hit = true
    if (Array.isArray(patch)) {
      const made = jsonPatch(object.object, patch)
      if ('wrong' in made) {
        fail(
          `the patch does not fit ${object.kind} ${brief(object.name)}: ${made.wrong}`,
          'look at the path of the operation',
        )
        return [object]
      }
      return [again(object, made.value)]
    }
    if (inside(patch, '$patch') === 'delete') return []
    return [again(object, strategicMerge(object.object, withName(patch, object), isOwnKind(object.apiVersion)))]
  })
  if (!hit) {
    const wanted =
      target === undefined
        ? `${String(inside(patch, 'kind'))} ${String(inside(inside(patch, 'metadata'), 'name'))}`
        : `the target ${Object.entries(target as object)
            .map(([key, value]) => `${key} ${String(value)}`)
            .join(', ')}`
    fail(
      `the patch changes nothing: there is no ${brief(wanted, 120)}`,
      `objects here: ${listed(objects.map(({ kind, name }) => `${brief(kind)} ${brief(name)}`))}`,
    )
  }
  return out
}

/** With a target, the name in the patch is only a placeholder. */
function withName(patch: unknown, object: Manifest): unknown {
  const metadata = inside(patch, 'metadata')
  return {
    ...(patch as object),
    metadata: { ...(typeof metadata === 'object' ? metadata : {}), name: object.name },
    kind: object.kind,
    apiVersion: object.apiVersion,
  }
}

function isNamedBy(object: Manifest, patch: unknown): boolean {
  const namespace = inside(inside(patch, 'metadata'), 'namespace')
  return (
    inside(patch, 'kind') === object.kind &&
    inside(inside(patch, 'metadata'), 'name') === object.name &&
    groupOf(String(inside(patch, 'apiVersion'))) === groupOf(object.apiVersion) &&
    (namespace === undefined || object.namespace === undefined || namespace === object.namespace)
  )
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''

function isTargeted(object: Manifest, target: unknown): boolean {
  const matches = (key: string, value: string | undefined) => {
    const wanted = inside(target, key)
    return (
      wanted === undefined ||
      wanted === '' ||
      (typeof wanted === 'string' && value !== undefined && matchesWhole(wanted, value))
    )
  }
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion]
  return (
    matches('group', group) &&
    matches('version', version) &&
    matches('kind', object.kind) &&
    matches('name', object.name) &&
    matches('namespace', object.namespace) &&
    selected(object, target, 'labelSelector', 'labels') &&
    selected(object, target, 'annotationSelector', 'annotations')
  )
}

/** kustomize takes a regular expression for the whole name; one that is none matches as it stands. */
function matchesWhole(wanted: string, value: string): boolean {
  if (/^[\w.-]*$/.test(wanted)) return wanted === value
  // a star and alternatives are what people write; anything richer could take for ever on a long name
  if (!/^[\w.*|()-]*$/.test(wanted) || /\*.*\*.*\*/.test(wanted)) return false
  try {
    return new RegExp(`^(?:${wanted})$`).test(value.slice(0, 253))
  } catch {
    return false
  }
}

function selected(object: Manifest, target: unknown, selector: string, field: string): boolean {
  const wanted = inside(target, selector)
  if (typeof wanted !== 'string' || wanted === '') return true
  const there = inside(inside(object.object, 'metadata'), field)
  return wanted.split(',').every((term) => {
    const [key = '', value] = term.split(/==?/)
    return value === undefined ? inside(there, key.trim()) !== undefined : inside(there, key.trim()) === value.trim()
  })
}
