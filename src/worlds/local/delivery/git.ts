// The repository that Flux follows on this machine: a bare one in the state folder, filled from the artefacts in whole commits. A commit is
// made only when the files are others; refs that clusters are pinned to are there too, at the newest commit.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { Artefact } from '../../../artefacts/artefact.ts'
import { Refusal } from '../../../model/refusal.ts'
import { privateFolder } from '../folder.ts'

export interface LocalRepository {
  /** A bare one. */
  readonly folder: string
  readonly branch: string
  /** Further refs that follow the branch, whole: `refs/tags/v1`. */
  readonly refs: readonly string[]
  readonly files: readonly Artefact[]
}

export interface Committed {
  readonly commit: string
  readonly changed: boolean
}

const mark = 'skerry-digest:'

export function commitFiles({ folder, branch, refs, files }: LocalRepository, now: Date): Committed {
  const git = gitIn(folder)
  // said of one that is whole it changes nothing, and one that was cut off by a kill is made whole
  privateFolder(folder)
  git(['init', '--quiet', '--bare', `--initial-branch=${branch}`])
  const head = `refs/heads/${branch}`
  const digest = digestOf(files)
  const before = git(['log', '-1', '--format=%H%n%B', head], undefined, true).split('\n')
  let commit = before[0] ?? ''
  const changed = !before.includes(`${mark} ${digest}`)
  if (changed) {
    const seconds = Math.floor(now.getTime() / 1_000)
    const message = `The artefacts of the plan\n\n${mark} ${digest}\n`
    const stream = [
      `commit ${head}\ncommitter skerry <skerry@localhost> ${seconds} +0000\n${data(message)}`,
      ...(commit === '' ? [] : [`from ${commit}\n`]),
      'deleteall\n',
      ...files.map(({ path, text }) => `M 100644 inline ${JSON.stringify(path)}\n${data(text)}`),
    ].join('')
    git(['fast-import', '--quiet', '--force', '--date-format=raw-permissive'], stream)
    commit = git(['rev-parse', head]).trim()
  }
  for (const ref of refs) git(['update-ref', ref, commit])
  return { commit, changed }
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`

function digestOf(files: readonly Artefact[]): string {
  const hash = createHash('sha256')
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) hash.update(`${path}\0${text}\0`)
  return hash.digest('hex')
}

function gitIn(folder: string) {
  return (words: readonly string[], input?: string, mayFail = false): string => {
    const { status, stdout, stderr, error } = spawnSync('git', words, {
      cwd: folder,
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_DIR: folder,
      },
    })
    if (status === 0) return stdout
    if (mayFail && error === undefined) return ''
    throw new Refusal(
      'world',
      'git cannot write the repository that Flux follows',
      'install git, or see what it says below',
      [{ message: error?.message ?? stderr.trim() }],
    )
  }
}
