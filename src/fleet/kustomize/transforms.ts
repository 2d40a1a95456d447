// What a kustomization does to every object of it: images, replicas, labels and annotations, namespace.

import type { Manifest } from '../../model/fleet.ts'
import { inside } from '../document.ts'
import { again } from '../objects.ts'
import type { Here } from './here.ts'
import { listOf, mapOf } from './here.ts'

export function imaged(objects: readonly Manifest[], here: Here): readonly Manifest[] {
  const images = listOf(here.raw, 'images')
  if (images.length === 0) return objects
  const renamed = (image: string): string => {
    const [, name = image, tail = ''] = /^(.*?)((?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]+)?)$/.exec(image) ?? []
    const rule = images.find((entry) => inside(entry, 'name') === name)
    if (rule === undefined) return image
    const tag = inside(rule, 'newTag')
    const digest = inside(rule, 'digest')
    return `${String(inside(rule, 'newName') ?? name)}${digest !== undefined ? `@${String(digest)}` : tag !== undefined ? `:${String(tag)}` : tail}`
  }
  const walk = (value: unknown, inContainers: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => walk(item, inContainers))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        inContainers && key === 'image' && typeof inner === 'string'
          ? renamed(inner)
          : walk(inner, key === 'containers' || key === 'initContainers'),
      ]),
    )
  }
  return objects.map((object) => again(object, walk(object.object, false)))
}

export function scaled(objects: readonly Manifest[], here: Here): readonly Manifest[] {
  const replicas = listOf(here.raw, 'replicas')
  if (replicas.length === 0) return objects
  return objects.map((object) => {
    const rule = replicas.find((entry) => inside(entry, 'name') === object.name)
    const count = inside(rule, 'count')
    if (
      count === undefined ||
      !['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].includes(object.kind)
    )
      return object
    return again(object, {
      ...object.object,
      spec: { ...(inside(object.object, 'spec') as object | undefined), replicas: count },
    })
  })
}

export function labelled(objects: readonly Manifest[], raw: unknown): readonly Manifest[] {
  const common = mapOf(raw, 'commonLabels')
  const annotations = mapOf(raw, 'commonAnnotations')
  const entries = listOf(raw, 'labels')
  if (common === undefined && annotations === undefined && entries.length === 0) return objects
  const plain = Object.assign({}, common, ...entries.map((entry) => mapOf(entry, 'pairs'))) as Record<string, unknown>
  const selecting = Object.assign(
    {},
    common,
    ...entries.filter((entry) => inside(entry, 'includeSelectors') === true).map((entry) => mapOf(entry, 'pairs')),
  ) as Record<string, unknown>
  const templates = Object.assign(
    {},
    selecting,
    ...entries.filter((entry) => inside(entry, 'includeTemplates') === true).map((entry) => mapOf(entry, 'pairs')),
  ) as Record<string, unknown>
  return objects.map((object) => {
    let made = merged(object.object, ['metadata', 'labels'], plain)
    made = merged(made, ['metadata', 'annotations'], annotations ?? {})
    if (inside(inside(made, 'spec'), 'template') !== undefined) {
      made = merged(made, ['spec', 'template', 'metadata', 'labels'], templates)
      made = merged(made, ['spec', 'template', 'metadata', 'annotations'], annotations ?? {})
      if (object.kind !== 'Job') made = merged(made, ['spec', 'selector', 'matchLabels'], selecting)
    } else if (object.kind === 'Service' && inside(inside(made, 'spec'), 'selector') !== undefined)
      made = merged(made, ['spec', 'selector'], selecting)
    return again(object, made)
  })
}

function merged(value: unknown, [key, ...rest]: readonly string[], add: Readonly<Record<string, unknown>>): unknown {
  if (Object.keys(add).length === 0) return value
  if (key === undefined) return { ...(typeof value === 'object' ? value : {}), ...add }
  return { ...(typeof value === 'object' ? value : {}), [key]: merged(inside(value, key), rest, add) }
}

/** Kinds that have no namespace; those of other groups are taken to have one, as kustomize does. */
const clusterScoped = new Set([
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'IngressClass',
  'PriorityClass',
  'CustomResourceDefinition',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'RuntimeClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
])

export function inNamespace(object: Manifest, namespace: string): Manifest {
  if (object.kind === 'Namespace') return again(object, merged(object.object, ['metadata'], { name: namespace }))
  if (clusterScoped.has(object.kind)) return object
  return again(object, merged(object.object, ['metadata'], { namespace }))
}
