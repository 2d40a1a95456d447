// A version that is not well, released where people release: in the repository that Flux follows, as a commit on its branch. What marks it
// is one annotation in the template of the app's pods; where a chart makes them, in what its release adds after rendering. Undone by
// another commit, which takes away what was added, whatever else came onto the branch meanwhile.

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Document } from 'yaml'
import { parseAllDocuments } from 'yaml'
import { podAnnotations } from '../engines/stages.ts'

const releaseAnnotation = podAnnotations.release

export interface Released {
  /** A bare repository. */
  readonly repository: string
  readonly branch: string
  /** The name of its workloads, or of its chart's release. */
  readonly names: readonly string[]
  readonly namespaces: readonly string[]
}

const run = promisify(execFile)

/** Undefined: as it was. True where it changed anything. */
export async function commitRelease(it: Released, version: string | undefined): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-release-'))
  const git = (...args: readonly string[]) =>
    run('git', ['-C', folder, '-c', 'user.name=skerry', '-c', 'user.email=skerry@localhost', ...args], {
      env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
    })
  try {
    await git('clone', '--quiet', '--branch', it.branch, it.repository, '.')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.ya?ml$/.test(file) && !file.startsWith('.git/'),
    )
    const changed = files.filter((file) => {
      const before = readFileSync(join(folder, file), 'utf8')
      const after = released(before, it, version)
      if (after !== before) writeFileSync(join(folder, file), after)
      return after !== before
    })
    if (changed.length === 0) return false
    await git('add', '--', ...changed)
    await git(
      'commit',
      '--quiet',
      '-m',
      version === undefined ? 'Take the release back' : `Release a ${version} version`,
    )
    await git('push', '--quiet', 'origin', `HEAD:${it.branch}`)
    return true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Wanted = Pick<Released, 'names' | 'namespaces'>

/** The text of a file with the mark put onto the workloads of the app in it, or taken off; comments and the rest stay. */
export function released(text: string, wanted: Wanted, version: string | undefined): string {
  if (!/^kind: (Deployment|StatefulSet|HelmRelease)\s*$/m.test(text)) return text
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return text
  const changed = documents.filter((document) => isItsOwn(document, wanted) && mark(document, version))
  return changed.length === 0 ? text : documents.map((document) => document.toString({ lineWidth: 0 })).join('')
}

function isItsOwn(document: Document, { names, namespaces }: Wanted): boolean {
  const kind = document.get('kind')
  if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'HelmRelease') return false
  const namespace = document.getIn(['metadata', 'namespace'])
  const name = document.getIn(['metadata', 'name'])
  // a base says no namespace where each of its sites has its own
  return names.includes(String(name)) && (namespace === undefined || namespaces.includes(String(namespace)))
}

/** Whether it changed. */
function mark(document: Document, version: string | undefined): boolean {
  if (document.get('kind') === 'HelmRelease') return markRelease(document, version)
  const annotations = ['spec', 'template', 'metadata', 'annotations']
  const path = [...annotations, releaseAnnotation]
  if (document.getIn(path) === version) return false
  if (version !== undefined) document.setIn(path, version)
  else {
    document.deleteIn(path)
    const left = document.getIn(annotations) as { items?: readonly unknown[] } | undefined
    if (left?.items?.length === 0) document.deleteIn(annotations)
  }
  return true
}

const patchOf = (version: string): string =>
  JSON.stringify({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'all' } },
    spec: { template: { metadata: { annotations: { [releaseAnnotation]: version } } } },
  })

function markRelease(document: Document, version: string | undefined): boolean {
  const path = ['spec', 'postRenderers']
  const there = ((document.toJS() as { spec?: { postRenderers?: readonly unknown[] } }).spec?.postRenderers ??
    []) as readonly unknown[]
  const others = there.filter((one) => !JSON.stringify(one).includes(releaseAnnotation))
  const wanted =
    version === undefined
      ? others
      : [...others, { kustomize: { patches: [{ target: { kind: 'Deployment' }, patch: patchOf(version) }] } }]
  if (JSON.stringify(wanted) === JSON.stringify(there)) return false
  if (wanted.length === 0) document.deleteIn(path)
  else document.setIn(path, document.createNode(wanted))
  return true
}
