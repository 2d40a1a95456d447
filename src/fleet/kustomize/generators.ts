// ConfigMaps that a kustomization generates from literals, files and env files. As kustomize does, each gets a hash of what is in it at
// the end of its name, after everything else, so that pods start anew when it changes. Secrets are not generated: what is in them must
// not go through files of ours; a pod finds one that somebody put there under the plain name.

import { createHash } from 'node:crypto'
import type { Manifest } from '../../model/fleet.ts'
import { brief, shown } from '../../model/visible.ts'
import { inside } from '../document.ts'
import { again } from '../objects.ts'
import type { Here } from './here.ts'
import { listOf, mapOf, spot, step, text } from './here.ts'
import { renameAll } from './rename.ts'

/** Taken off again when the outermost kustomization is built; patches until then find the plain name. */
const mark = 'internal.config.kubernetes.io/needsHashSuffix'

type Strings = Readonly<Record<string, unknown>>

export function generated(objects: readonly Manifest[], here: Here): readonly Manifest[] {
  const all = [...objects]
  listOf(here.raw, 'configMapGenerator').forEach((entry, index) => {
    const name = text(entry, 'name')
    const fail = (message: string, hint: string) =>
      here.reader.problems.add(message, spot(here, ['configMapGenerator', index]), { hint })
    if (name === undefined) {
      fail('a configMapGenerator has no name', 'add name')
      return
    }
    const data = dataOf(entry, index, here)
    const behavior = text(entry, 'behavior') ?? 'create'
    if (behavior === 'create') {
      all.push(configMap(name, entry, index, data, here))
      return
    }
    const place = all.findIndex((object) => object.kind === 'ConfigMap' && object.name === name)
    const before = all[place]
    if (before === undefined)
      fail(`there is no ConfigMap ${brief(name)} to ${brief(behavior)} with`, 'take behavior out, so that it is made')
    else {
      const kept = behavior === 'merge' ? mapOf(before.object, 'data') : undefined
      all[place] = again(before, { ...before.object, data: { ...kept, ...data } })
    }
  })
  return all
}

function configMap(name: string, entry: unknown, index: number, data: Strings, here: Here): Manifest {
  const shared = mapOf(here.raw, 'generatorOptions')
  const own = mapOf(entry, 'options')
  const said = (key: string) => ({ ...mapOf(shared, key), ...mapOf(own, key) })
  const plain = inside(own, 'disableNameSuffixHash') ?? inside(shared, 'disableNameSuffixHash')
  const labels = said('labels')
  const annotations = { ...said('annotations'), ...(plain !== true && { [mark]: 'enabled' }) }
  const namespace = text(entry, 'namespace')
  const immutable = inside(own, 'immutable') ?? inside(shared, 'immutable')
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    data,
    ...(immutable === true && { immutable }),
  }
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    namespace,
    object,
    origin: {
      file: here.file.file,
      pointer: `${here.index}/configMapGenerator/${index}`,
      label: `ConfigMap/${brief(name)}`,
    },
  }
}

/** Sorted by key, as kustomize writes it. */
function dataOf(entry: unknown, index: number, here: Here): Strings {
  const data = new Map<string, string>()
  const add = (key: string, value: string, at: readonly (string | number)[]): void => {
    if (data.has(key))
      here.reader.problems.add(`the key ${brief(key)} comes twice`, spot(here, at), { hint: 'keep one of the two' })
    data.set(key, value)
  }
  const each = (kind: 'literals' | 'files' | 'envs', take: (item: string, at: readonly (string | number)[]) => void) =>
    listOf(entry, kind).forEach((item, position) => {
      const at = ['configMapGenerator', index, kind, position]
      if (typeof item === 'string') take(item, at)
      else
        here.reader.problems.add(`an item of ${kind} is ${shown(item)}, not a text`, spot(here, at), {
          hint: kind === 'literals' ? 'write KEY=value' : 'name a file',
        })
    })
  const read = (path: string, at: readonly (string | number)[]): string | undefined => {
    const inner = step(here, { path, at: spot(here, at) })
    return inner === undefined ? undefined : here.reader.text(inner, spot(here, at), undefined)
  }
  each('literals', (item, at) => {
    const cut = item.indexOf('=')
    if (cut <= 0)
      here.reader.problems.add(`the literal ${shown(item)} has no key`, spot(here, at), { hint: 'write KEY=value' })
    else add(item.slice(0, cut), item.slice(cut + 1).replace(/^["']+|["']+$/g, ''), at)
  })
  each('files', (item, at) => {
    const cut = item.indexOf('=')
    const path = item.slice(cut + 1)
    const content = read(path, at)
    if (content !== undefined) add(cut > 0 ? item.slice(0, cut) : path.slice(path.lastIndexOf('/') + 1), content, at)
  })
  each('envs', (item, at) => {
    for (const line of (read(item, at) ?? '').split(/\r?\n/)) {
      const trimmed = line.replace(/^\s+/, '')
      const cut = trimmed.indexOf('=')
      if (trimmed === '' || trimmed.startsWith('#')) continue
      if (cut > 0) add(trimmed.slice(0, cut), trimmed.slice(cut + 1), at)
      else
        here.reader.problems.add(`${brief(item, 200)} says ${shown(trimmed)} without a value`, spot(here, at), {
          hint: 'kustomize would take it from the environment of whoever builds; write KEY=value',
        })
    }
  })
  return Object.fromEntries([...data].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The outermost step: names get their hashes, and whoever refers to them the new names. */
export function hashed(objects: readonly Manifest[]): readonly Manifest[] {
  const names = new Map<string, string>()
  const plain = objects.map((object) => {
    const metadata = mapOf(object.object, 'metadata')
    const { [mark]: wanted, ...annotations } = mapOf(metadata, 'annotations') ?? {}
    if (wanted === undefined) return object
    names.set(`${object.kind} ${object.name}`, `${object.name}-${hashOf(object)}`)
    const { annotations: _, ...others } = metadata ?? {}
    const left = Object.keys(annotations).length > 0 ? { ...others, annotations } : others
    return again(object, { ...object.object, metadata: left })
  })
  return names.size === 0 ? objects : renameAll(plain, (name, kind) => names.get(`${kind} ${name}`) ?? name)
}

/**
 * Of kind and data as Go writes them in JSON, with letters swapped that could spell something (kustomize api/hasher/hasher.go; it means
 * to put the name in as well, looks it up where none is, and always gets an empty one).
 */
function hashOf({ kind, object }: Manifest): string {
  const data = mapOf(object, 'data') ?? {}
  const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)))
  const json = JSON.stringify({ data: Object.keys(sorted).length > 0 ? sorted : '', kind, name: '' }).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const swaps: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' }
  const hex = createHash('sha256').update(json).digest('hex').slice(0, 10)
  return [...hex].map((character) => swaps[character] ?? character).join('')
}
