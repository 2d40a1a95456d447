// A release that is not well, in the repository that Flux follows.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commitRelease, released } from './git.ts'

const base = fileURLToPath(
  new URL('../../../../examples/recovery/expected/gitops/apps/base/game-2048/deployment.yaml', import.meta.url),
)
const deployment = readFileSync(base, 'utf8')
const wanted = { names: ['deployment-2048', 'game-2048'], namespaces: ['game-2048'] }

let root: string
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: root, encoding: 'utf8' })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skerry-git-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('the mark goes onto the template of the app, and off again, without a trace', () => {
  const marked = released(deployment, wanted, 'broken')
  expect(marked).toMatch(/annotations:\n\s+skerry\.dev\/release: broken/)
  expect(released(marked, wanted, 'broken')).toBe(marked)
  expect(released(marked, wanted, undefined)).toBe(released(deployment, wanted, undefined))
  expect(released(deployment, wanted, undefined)).toBe(deployment)
  expect(released(deployment, { ...wanted, names: ['another'] }, 'broken')).toBe(deployment)
  // a base says no namespace; one that does is another app's
  const elsewhere = deployment.replace('metadata:\n', 'metadata:\n  namespace: another\n')
  expect(released(elsewhere, wanted, 'broken')).toBe(elsewhere)
})

test('where a chart makes the pods, they are marked after it was rendered, beside what else is', () => {
  const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
spec:
  # kept
  interval: 10m
`
  const marked = released(release, { names: ['web'], namespaces: ['web'] }, 'crashing')
  expect(marked).toContain('# kept')
  expect(marked).toContain('postRenderers')
  expect(marked).toContain('crashing')
  expect(released(marked, { names: ['web'], namespaces: ['web'] }, undefined)).toBe(release)
})

test('it is a commit on the branch, and taken back by another, whatever came in between', async () => {
  git('init', '--quiet', '--initial-branch=main', 'work')
  mkdirSync(join(root, 'work', 'apps'))
  writeFileSync(join(root, 'work', 'apps', 'deployment.yaml'), deployment)
  git('-C', 'work', 'add', '.')
  git('-C', 'work', 'commit', '--quiet', '-m', 'first')
  git('clone', '--quiet', '--bare', 'work', 'fleet.git')
  const at = { repository: join(root, 'fleet.git'), branch: 'main', ...wanted }
  const now = (file: string): string => git('-C', 'fleet.git', 'show', `main:${file}`)

  expect(await commitRelease(at, 'broken')).toBe(true)
  expect(now('apps/deployment.yaml')).toContain('skerry.dev/release: broken')
  expect(await commitRelease(at, 'broken')).toBe(false)

  git('clone', '--quiet', 'fleet.git', 'other')
  writeFileSync(join(root, 'other', 'more.yaml'), 'kind: Other\n')
  git('-C', 'other', 'add', '.')
  git('-C', 'other', 'commit', '--quiet', '-m', 'somebody else')
  git('-C', 'other', 'push', '--quiet')

  expect(await commitRelease(at, undefined)).toBe(true)
  expect(now('apps/deployment.yaml')).toBe(deployment)
  expect(now('more.yaml')).toBe('kind: Other\n')
  expect(git('-C', 'fleet.git', 'log', '--format=%s', 'main').trim().split('\n')).toEqual([
    'Take the release back',
    'somebody else',
    'Release a broken version',
    'first',
  ])
})
