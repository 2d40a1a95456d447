// Reading Kubernetes objects of unknown shape: each step down yields undefined where the object is not as expected.

import type { Manifest } from '../model/fleet.ts'

/** The value at the path of keys and indices. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string | number, unknown>>)[key]
        : undefined,
    object,
  )
}

export function textAt(object: unknown, ...path: readonly (string | number)[]): string | undefined {
  const value = at(object, ...path)
  return typeof value === 'string' ? value : undefined
}

export function listAt(object: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const value = at(object, ...path)
  return Array.isArray(value) ? value : []
}

/** `Ingress ingress-2048`. */
export function nameOf(manifest: Manifest): string {
  return `${manifest.kind} ${manifest.name}`
}

export interface Container {
  readonly image: string | undefined
  /** Slash-separated, from the root of the object. */
  readonly field: string
}

/** Containers of pods and of whatever makes pods. */
export function containersOf(manifest: Manifest): readonly Container[] {
  const podPath = podPaths[manifest.kind]
  if (podPath === undefined) return []
  return ['initContainers', 'containers'].flatMap((list) =>
    listAt(manifest.object, ...podPath, list).map(
      (container, index): Container => ({
        image: textAt(container, 'image'),
        field: [...podPath, list, index, 'image'].join('/'),
      }),
    ),
  )
}

const template = ['spec', 'template', 'spec']
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: template,
  StatefulSet: template,
  DaemonSet: template,
  ReplicaSet: template,
  Job: template,
  CronJob: ['spec', 'jobTemplate', ...template],
}

export interface Text {
  readonly value: string
  readonly field: string
}

/** Every text of the object, but what runs inside a container or is handed to it as a file: scripts may hold what they like. */
export function textsOf(manifest: Manifest): readonly Text[] {
  const found: Text[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'string') found.push({ value, field: path.join('/') })
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        if (!belongsToPrograms(manifest.kind, key, path)) visit(inner, [...path, key])
    }
  }
  visit(manifest.object, [])
  return found
}

function belongsToPrograms(kind: string, key: string, path: readonly string[]): boolean {
  if (['ConfigMap', 'Secret'].includes(kind) && path.length === 0)
    return ['data', 'stringData', 'binaryData'].includes(key)
  return ['command', 'args', 'env', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'].includes(key)
}
