// Kubernetes objects in files, and how files of a source are reached.

import type { Manifest } from '../model/fleet.ts'
import { brief, shown } from '../model/visible.ts'
import { inside } from './document.ts'
import type { Problems, Spot } from './problems.ts'
import type { ParsedFile } from './yaml.ts'

/** How a source's files are reached: paths are inside the folder of the document, names as the user would write them. */
export interface Reader {
  readonly problems: Problems
  /** Undefined when it is not there or not YAML; that has been told then. */
  readonly yaml: (inner: string, at: Spot, where: string | undefined) => ParsedFile | undefined
  readonly text: (inner: string, at: Spot, where: string | undefined) => string | undefined
  readonly folder: (inner: string) => readonly string[] | undefined
  readonly name: (inner: string) => string
}

/** The objects in a file; lists are taken apart. */
export function manifestsIn(file: ParsedFile | undefined, problems: Problems): Manifest[] {
  if (file === undefined) return []
  return file.documents.flatMap(({ index, value }) => manifestsOf(file, String(index), value, problems))
}

function manifestsOf(file: ParsedFile, pointer: string, value: unknown, problems: Problems): Manifest[] {
  const at = (key: string): Spot => {
    const [line, column] = file.positions[`${pointer}/${key}`] ?? file.positions[pointer] ?? [1, 1]
    return { file: file.file, line, column }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(`the document is ${shown(value)}, not a Kubernetes object`, at(''), {
      hint: 'an object has apiVersion, kind and metadata.name',
    })
    return []
  }
  const apiVersion = inside(value, 'apiVersion')
  const kind = inside(value, 'kind')
  for (const [key, found] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (typeof found === 'string' && found !== '') continue
    problems.add(`the Kubernetes object has no ${key}`, at(key), {
      hint: `add ${key}, or keep files that are no manifests out of the folder`,
    })
    return []
  }
  const items = inside(value, 'items')
  if (String(kind).endsWith('List') && Array.isArray(items))
    return items.flatMap((item, index) => manifestsOf(file, `${pointer}/items/${index}`, item, problems))
  const name = inside(inside(value, 'metadata'), 'name')
  if (typeof name !== 'string' || name === '') {
    problems.add(`the ${brief(String(kind))} has no name`, at('metadata'), {
      hint: 'add metadata.name; generateName cannot be planned',
    })
    return []
  }
  const namespace = inside(inside(value, 'metadata'), 'namespace')
  return [
    {
      apiVersion: String(apiVersion),
      kind: String(kind),
      name,
      namespace: typeof namespace === 'string' ? namespace : undefined,
      object: value as Record<string, unknown>,
      origin: { file: file.file, pointer, label: `${brief(String(kind))}/${brief(name)}` },
    },
  ]
}

/** The same manifest with another object. */
export function again(manifest: Manifest, value: unknown): Manifest {
  const object = value as Readonly<Record<string, unknown>>
  const metadata = inside(object, 'metadata')
  const namespace = inside(metadata, 'namespace')
  const name = String(inside(metadata, 'name') ?? manifest.name)
  return {
    ...manifest,
    object,
    name,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    origin: { ...manifest.origin, label: `${brief(manifest.kind)}/${brief(name)}` },
  }
}
