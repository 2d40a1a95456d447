// The Kubernetes objects that an app brings along, read once: files, folders of files, kustomizations. Charts and images bring none that
// could be read without running something.

import type { Manifest } from '../model/fleet.ts'
import type { SourceFile } from '../model/origin.ts'
import { shown } from '../model/visible.ts'
import type { ManifestsOf } from './apps.ts'
import type { Attached } from './attached.ts'
import { isMissing, whyMissing } from './attached.ts'
import { decode } from './decode.ts'
import type { Declared, Path } from './document.ts'
import { spotOf, wordsOf } from './document.ts'
import { hashed } from './kustomize/generators.ts'
import { buildKustomization, kustomizationNames } from './kustomize/kustomization.ts'
import { limits, megabytes } from './limits.ts'
import type { Reader } from './objects.ts'
import { manifestsIn } from './objects.ts'
import { fullPath, tooFar, within } from './paths.ts'
import type { Problems } from './problems.ts'
import type { ParsedFile } from './yaml.ts'
import { parseYaml } from './yaml.ts'

export interface ManifestsAround {
  readonly attached: Attached
  readonly keep: (file: string, source: SourceFile) => void
  readonly problems: Problems
}

export function manifestReader({ attached, keep, problems }: ManifestsAround): ManifestsOf {
  const parsed = new Map<string, ParsedFile | undefined>()
  const made = new Map<string, readonly Manifest[]>()
  let bytes = 0

  const readerIn = (folder: string): Reader => {
    const text: Reader['text'] = (inner, at, where) => {
      const file = fullPath(folder, inner)
      const fail = (message: string, hint: string): undefined => void problems.add(message, at, { where, hint })
      const found = attached.file(file)
      if (isMissing(found)) return fail(...whyMissing(file, found.missing, 'file'))
      const decoded = decode(found)
      if ('message' in decoded) return void problems.add(decoded.message, { file }, { hint: decoded.hint })
      bytes += decoded.text.length
      if (bytes > limits.totalBytes || parsed.size > limits.files)
        return fail(
          `the sources of the apps are more than ${limits.files} files or ${megabytes(limits.totalBytes)}`,
          'name a smaller folder',
        )
      return decoded.text
    }
    return {
      problems,
      text,
      name: (inner) => fullPath(folder, inner),
      yaml(inner, at, where) {
        const file = fullPath(folder, inner)
        if (parsed.has(file)) return parsed.get(file)
        const content = text(inner, at, where)
        const result = content === undefined ? undefined : parseYaml(file, content, problems)
        if (result !== undefined) keep(file, { text: result.text, positions: result.positions })
        parsed.set(file, result)
        return result
      },
      folder(inner) {
        const names = attached.folder(fullPath(folder, inner))
        return isMissing(names) ? undefined : names
      },
    }
  }

  return (document, path, source) => {
    const key = source.manifests !== undefined ? 'manifests' : source.kustomize !== undefined ? 'kustomize' : undefined
    const written = key === undefined ? undefined : source[key]
    if (key === undefined || written === undefined) return []
    const here = [...path, key]
    const inner = within('.', written)
    if (inner === undefined) {
      problems.add(`the path ${shown(written)} leads too far`, spotOf(document, here), {
        where: wordsOf(document, here),
        hint: tooFar,
      })
      return []
    }
    const id = `${key} ${fullPath(document.folder, inner)}`
    const known = made.get(id)
    if (known !== undefined) return known
    const reader = readerIn(document.folder)
    const manifests =
      key === 'kustomize' ? kustomized(inner, document, here, reader) : plain(inner, document, here, reader)
    made.set(id, manifests)
    return manifests
  }
}

function kustomized(inner: string, document: Declared, path: Path, reader: Reader): readonly Manifest[] {
  return hashed(buildKustomization(inner, spotOf(document, path), wordsOf(document, path), reader) ?? [])
}

function plain(inner: string, document: Declared, path: Path, reader: Reader): readonly Manifest[] {
  const at = spotOf(document, path)
  const where = wordsOf(document, path)
  const names = reader.folder(inner)
  if (names === undefined) return manifestsIn(reader.yaml(inner, at, where), reader.problems)
  if (names.some((name) => kustomizationNames.includes(name))) {
    reader.problems.add(`${reader.name(inner)} holds a kustomization`, at, {
      where,
      hint: 'say kustomize: instead of manifests:',
    })
    return []
  }
  const files = filesIn(inner, reader, 0)
  if (files.length === 0)
    reader.problems.add(`${reader.name(inner)} holds no manifest`, at, {
      where,
      hint: 'manifests are files that end in .yaml, .yml or .json',
    })
  return files.flatMap((file) => manifestsIn(reader.yaml(file, at, where), reader.problems))
}

/** Every manifest file of a folder and of the folders in it, in the order of their names. */
function filesIn(inner: string, reader: Reader, depth: number): string[] {
  if (depth > 8) return []
  return (reader.folder(inner) ?? []).flatMap((name) => {
    const path = inner === '.' ? name : `${inner}/${name}`
    if (name.startsWith('.')) return []
    if (name.endsWith('/')) return filesIn(path.slice(0, -1), reader, depth + 1)
    return /\.(?:ya?ml|json)$/i.test(name) ? [path] : []
  })
}
