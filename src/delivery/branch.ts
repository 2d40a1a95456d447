// Artefacts as a branch of the user's own Git repository, in one commit on top of the branch that the clusters follow. Neither the
// working tree nor the index is touched: the commit is made beside them, whole or not at all, by git fast-import. Nothing is pushed.

import { spawnSync } from 'node:child_process'
import type { Artefact } from '../artefacts/artefact.ts'
import type { Comparison, OwnershipRecord } from '../artefacts/ownership.ts'
import { compareFiles, ownershipFile, ownershipOf, readOwnership, writeOwnership } from '../artefacts/ownership.ts'
import { Refusal } from '../model/refusal.ts'
import { sha256, some } from './folder.ts'

export interface BranchDelivery {
  /** A folder inside the repository. */
  readonly repository: string
  /** The folder in the repository that is ours; undefined: its root. */
  readonly under?: string
  /** The branch that the clusters follow. */
  readonly base: string
  /** The branch that is made. */
  readonly branch: string
  readonly message: string
  readonly force?: boolean
}

export interface DeliveredBranch extends Comparison {
  readonly branch: string
  /** Undefined where the base holds all of it already. */
  readonly commit: string | undefined
  /** An earlier commit of ours left the branch: what was pushed of it is pushed over. */
  readonly replaced: boolean
}

/**
 * @throws Refusal where there is no such repository or base, where git knows nobody to commit as, where files that are not ours are in the
 * way, or where a branch of that name holds commits that are not ours
 */
export function deliverToBranch(files: readonly Artefact[], delivery: BranchDelivery): DeliveredBranch {
  const { repository, branch } = delivery
  const git = gitIn(repository)
  refuseBranchName(git, delivery)
  const base = baseOf(git, delivery)
  const at = (path: string): string => (delivery.under === undefined ? path : `${delivery.under}/${path}`)
  const record = recordAt(git, base, at(ownershipFile))
  const wanted = ownershipOf(files, sha256)
  const paths = [...new Set([...Object.keys(wanted), ...Object.keys(record.files)])]
  const blobs = blobsAt(git, base, paths.map(at))
  const comparison = compareFiles(wanted, record, (path) => blobs.get(at(path)))
  const { added, changed, removed, foreign, byHand } = comparison
  if (delivery.force !== true) refuseWhatIsNotOurs(comparison, delivery)
  if (added.length + changed.length + removed.length + foreign.length + byHand.length === 0)
    return { ...comparison, branch, commit: undefined, replaced: false }
  const existing = refuseOtherCommits(git, branch, base)
  refuseCheckedOut(git, branch)
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const written = [...added, ...changed, ...foreign, ...byHand].filter((path) => texts.has(path)).sort()
  const gone = [...removed, ...byHand.filter((path) => !texts.has(path))].sort()
  const stream = [
    `commit ${fresh}\ncommitter ${committer(git)}\n${data(`${delivery.message}\n\n${trailer}\n`)}from ${base}\n`,
    ...written.map((path) => `M 100644 inline ${quoted(at(path))}\n${data(texts.get(path) ?? '')}`),
    ...gone.map((path) => `D ${quoted(at(path))}\n`),
    `M 100644 inline ${quoted(at(ownershipFile))}\n${data(writeOwnership({ files: wanted, writing: {} }))}`,
    'done\n',
  ].join('')
  git(['fast-import', '--quiet', '--done', '--force'], stream)
  const made = git(['rev-parse', fresh]).trim()
  git(['update-ref', '-d', fresh])
  // the same files on the same base: a branch that is pushed already needs no second push
  const shown = (commit: string) => git(['show', '--no-patch', '--format=%T %P', commit])
  if (existing !== undefined && shown(existing) === shown(made))
    return { ...comparison, branch, commit: existing, replaced: false }
  git(['update-ref', `refs/heads/${branch}`, made, existing ?? '0'.repeat(made.length)])
  const replaced = existing !== undefined && attempt(git, ['merge-base', '--is-ancestor', existing, made]) === undefined
  return { ...comparison, branch, commit: made, replaced }
}

/** Where the commit is made before the branch moves to it, in one step and only from where we saw it. */
const fresh = `refs/skerry/${process.pid}`

/** By which a commit of ours is known again. */
const trailer = 'Written-by: skerry'

/** What it prints; the contents of files byte by byte (latin1), all else as text. */
type Git = (args: readonly string[], input?: string) => string

function gitIn(repository: string): Git {
  const git: Git = (args, input) => {
    const { status, stdout, stderr, error } = spawnSync('git', ['-C', repository, ...args], {
      encoding: args[0] === 'cat-file' ? 'latin1' : 'utf8',
      maxBuffer: 1 << 30,
      ...(input === undefined ? {} : { input }),
    })
    if (error !== undefined)
      throw new Refusal('world', `git cannot be run: ${error.message}`, 'install git, or write into a folder by --out')
    if (status !== 0) throw new GitError(stderr.trim().split('\n')[0] ?? '')
    return stdout
  }
  try {
    git(['rev-parse', '--git-dir'])
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw new Refusal(
      'usage',
      `${repository} is no Git repository`,
      'name a clone of the repository that the clusters follow',
    )
  }
  return git
}

class GitError extends Error {}

/** What git says, or undefined where it refuses. */
function attempt(git: Git, args: readonly string[]): string | undefined {
  try {
    return git(args)
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}

function baseOf(git: Git, { base, repository }: BranchDelivery): string {
  const [local, fetched] = [`refs/heads/${base}`, `refs/remotes/origin/${base}`].map((ref) =>
    attempt(git, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])?.trim(),
  )
  // a local branch that nobody has pulled into is older than what the clusters follow
  const isBehind =
    local !== undefined &&
    fetched !== undefined &&
    attempt(git, ['merge-base', '--is-ancestor', local, fetched]) !== undefined
  const found = isBehind ? fetched : (local ?? fetched)
  if (found !== undefined) return found
  throw new Refusal(
    'usage',
    `${repository} has no branch ${base}, which the clusters follow`,
    'fetch it, or change gitops.branch in the fleet file',
  )
}

function recordAt(git: Git, base: string, path: string): OwnershipRecord {
  const text = attempt(git, ['show', `${base}:${path}`])
  if (text === undefined) return { files: {}, writing: {} }
  const record = readOwnership(text)
  if (record === undefined)
    throw new Refusal(
      'refused',
      `${path} of ${base.slice(0, 10)} is not the list of files that skerry writes`,
      'restore it',
    )
  return record
}

/** Hashes of the files there are, by one process for all of them. */
function blobsAt(git: Git, base: string, paths: readonly string[]): ReadonlyMap<string, string> {
  if (paths.length === 0) return new Map()
  const there = new Set(git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', base]).split('\0'))
  const found = paths.filter((path) => there.has(path) && !path.includes('\n'))
  if (found.length === 0) return new Map()
  const batch = Buffer.from(git(['cat-file', '--batch'], found.map((path) => `${base}:${path}\n`).join('')), 'latin1')
  const hashes = new Map<string, string>()
  let offset = 0
  for (const path of found) {
    const end = batch.indexOf(0x0a, offset)
    const size = Number(batch.toString('latin1', offset, end).split(' ')[2])
    hashes.set(path, sha256(batch.subarray(end + 1, end + 1 + size)))
    offset = end + 1 + size + 1
  }
  return hashes
}

function refuseWhatIsNotOurs({ foreign, byHand }: Comparison, { base }: BranchDelivery): void {
  if (foreign.length > 0)
    throw new Refusal(
      'refused',
      `on ${base}, ${some(foreign)} would be overwritten, and skerry did not write ${foreign.length === 1 ? 'it' : 'them'}`,
      'set gitops.path to a folder of its own, or --force',
    )
  if (byHand.length > 0)
    throw new Refusal(
      'refused',
      `on ${base}, ${some(byHand)} changed by hand since skerry wrote ${byHand.length === 1 ? 'it' : 'them'}`,
      'put the change into the fleet file, then --force',
    )
}

/** The tip of a branch of ours that is there already and may be replaced. */
function refuseOtherCommits(git: Git, branch: string, base: string): string | undefined {
  const tip = attempt(git, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])?.trim()
  if (tip === undefined) return undefined
  const bodies = git(['log', '--format=%B%x00', `${base}..${tip}`])
    .split('\0')
    .filter((body) => body.trim() !== '')
  if (bodies.some((body) => !body.includes(trailer)))
    throw new Refusal(
      'refused',
      `the branch ${branch} holds commits that are not skerry's`,
      'merge or rename it, or name another by --branch',
    )
  return tip
}

/** A branch that moved under a working tree would show the files that we wrote as taken away, and the next commit would take them away. */
function refuseCheckedOut(git: Git, branch: string): void {
  const trees = git(['worktree', 'list', '--porcelain']).split('\n\n')
  const tree = trees.find((it) => it.split('\n').includes(`branch refs/heads/${branch}`) && !/^bare$/m.test(it))
  if (tree === undefined || git(['rev-parse', '--is-bare-repository']).trim() === 'true') return
  const path = /^worktree (.*)$/m.exec(tree)?.[1] ?? ''
  throw new Refusal(
    'refused',
    `the branch ${branch} is checked out in ${path}, whose files would not follow`,
    `git -C ${path} switch --detach, then again`,
  )
}

function refuseBranchName(git: Git, { branch }: BranchDelivery): void {
  if (!branch.startsWith('-') && attempt(git, ['check-ref-format', `refs/heads/${branch}`]) !== undefined) return
  throw new Refusal('usage', `${JSON.stringify(branch)} is no name of a branch`, 'name another by --branch')
}

function committer(git: Git): string {
  const ident = attempt(git, ['var', 'GIT_COMMITTER_IDENT'])
  if (ident === undefined)
    throw new Refusal('refused', 'git does not know who commits', 'git config user.name and user.email, then again')
  return ident.trim()
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
const quoted = (path: string): string => `"${path.replace(/(["\\])/g, '\\$1').replace(/\n/g, '\\n')}"`
