// Which documents of the files are ours. In a folder, others (Kubernetes manifests, package.json) are left alone; in a file that
// somebody named, or beside one of ours, they are a mistake.

import type { DocumentKind } from '../model/declaration/index.ts'
import { documents as kinds } from '../model/declaration/index.ts'
import { shown } from '../model/visible.ts'
import { decode } from './decode.ts'
import type { Declared } from './document.ts'
import { inside } from './document.ts'
import { limits, megabytes } from './limits.ts'
import { didYouMean } from './nearest.ts'
import type { Problems } from './problems.ts'
import type { ParsedFile } from './yaml.ts'
import { parseYaml } from './yaml.ts'

/** A file as it was found. */
export interface SourceText {
  /** As the user named it. */
  readonly file: string
  readonly text: string | Uint8Array
  /** Folder that its relative paths start from; left out, the one it lies in. */
  readonly folder?: string
  /** Found by looking into a folder: what is not ours in it is left alone. */
  readonly found?: boolean
}

export interface Documents {
  readonly declared: readonly Declared[]
  readonly parsed: readonly ParsedFile[]
  /** Files that were looked into. */
  readonly looked: readonly string[]
  /** Whether a document that may have been meant for us was none of ours. */
  readonly strangers: boolean
}

export const documentKinds = Object.keys(kinds) as DocumentKind[]
const version = 'skerry.dev/'

export function documentsOf(files: readonly SourceText[], problems: Problems): Documents {
  const declared: Declared[] = []
  let strangers = false
  const parsed: ParsedFile[] = []
  let total = 0
  const seen = new Set<string>()
  for (const source of files) {
    if (seen.has(source.file)) continue
    seen.add(source.file)
    const decoded = decode(source.text)
    if ('message' in decoded) {
      if (
        source.found !== true ||
        mayBeOurs(
          typeof source.text === 'string'
            ? source.text.slice(0, 65_536)
            : new TextDecoder().decode(source.text.subarray(0, 65_536)),
        )
      ) {
        problems.add(decoded.message, { file: source.file }, { hint: decoded.hint })
      }
      continue
    }
    if (source.found === true && !mayBeOurs(decoded.text)) continue
    total += decoded.text.length
    if (total > limits.totalBytes) {
      problems.add(
        `the files of the fleet are larger than ${megabytes(limits.totalBytes)} together`,
        { file: source.file },
        { hint: 'name fewer files' },
      )
      break
    }
    const file = parseYaml(source.file, decoded.text, problems)
    const ours = file.documents.filter(({ value }) => isOurs(value))
    if (source.found === true && ours.length === 0 && file.whole) continue
    parsed.push(file)
    if (ours.length === 0 && file.documents.length === 0 && file.whole) {
      problems.add(
        `${source.file === '-' ? 'standard input' : 'the file'} is empty`,
        { file: source.file },
        { hint: 'skerry init writes a fleet to start from' },
      )
    }
    const folder = source.folder ?? folderOf(source.file)
    for (const { index, value } of file.documents) {
      const kind = inside(value, 'kind')
      if (isOurs(value) && documentKinds.includes(kind as DocumentKind)) {
        declared.push({ kind: kind as DocumentKind, file, index, raw: value as Record<string, unknown>, folder })
      } else {
        strangers = true
        foreign(file, index, value, problems)
      }
    }
  }
  return { declared, parsed, looked: files.map(({ file }) => file), strangers }
}

/** A quick look before anything is parsed: a folder may hold much that is not ours. */
export function mayBeOurs(text: string): boolean {
  return text.includes(version) || /(?:^|[\s{,"'])kind["']?\s*:\s*["']?(?:Fleet|App|Drill)\b/m.test(text)
}

function isOurs(value: unknown): boolean {
  const apiVersion = inside(value, 'apiVersion')
  if (typeof apiVersion === 'string') return apiVersion.startsWith(version)
  return apiVersion === undefined && documentKinds.includes(inside(value, 'kind') as DocumentKind)
}

function foreign(file: ParsedFile, index: number, value: unknown, problems: Problems): void {
  const at = (key: string) => {
    const [line, column] = file.positions[`${index}/${key}`] ?? file.positions[String(index)] ?? [1, 1]
    return { file: file.file, line, column }
  }
  const kinds = documentKinds.join(', ')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(`the document is ${shown(value)}, not a map`, at(''), {
      hint: `a document begins with kind: one of ${kinds}`,
    })
    return
  }
  const kind = inside(value, 'kind')
  const apiVersion = inside(value, 'apiVersion')
  if (kind === undefined) problems.add('kind is missing', at(''), { hint: `add kind: one of ${kinds}` })
  else if (!documentKinds.includes(kind as DocumentKind)) {
    problems.add(`kind is ${shown(kind)}, which is none of skerry's`, at('kind'), {
      where: 'kind',
      hint: `${typeof kind === 'string' ? didYouMean(kind, documentKinds) : ''}allowed: ${kinds}; Kubernetes objects belong into files of their own`,
    })
  } else
    problems.add(`apiVersion is ${shown(apiVersion)}, which is not skerry's`, at('apiVersion'), {
      where: 'apiVersion',
      hint: `write apiVersion: ${version}v1alpha1`,
    })
}

export function folderOf(file: string): string {
  const cut = file.lastIndexOf('/')
  return cut < 0 ? '.' : cut === 0 ? '/' : file.slice(0, cut)
}
