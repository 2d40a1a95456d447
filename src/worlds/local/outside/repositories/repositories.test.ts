import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeCharts } from '../../delivery/charts.ts'
import { commitFiles } from '../../delivery/git.ts'
import { choosePorts } from '../../ports.ts'
import { repositories } from './repositories.ts'

const root = mkdtempSync(join(tmpdir(), 'skerry-repositories-'))
const folder = join(root, 'fleet.git')
const charts = join(root, 'charts')
const failures: unknown[] = []
const it = repositories({ say: () => undefined, failed: (failure) => void failures.push(failure) })
const now = new Date('2026-11-21T12:00:00Z')
let port = 0
const at = (path: string) => `http://127.0.0.1:${port}${path}`
const files = [{ path: 'apps/a.yaml', text: 'kind: ConfigMap\n' }]
const repository = { folder, branch: 'main', refs: ['refs/tags/v1'], files }

beforeAll(async () => {
  port = (await choosePorts({ repositories: ['http'] }, {})).repositories?.http ?? 0
  commitFiles(repository, now)
  writeCharts(charts, [{ name: 'web', version: '1.2.3', description: 'a chart', files: { 'values.yaml': '{}\n' } }])
  writeFileSync(join(root, 'secret'), 'not for anybody')
  await it.configure({ port, git: folder, charts })
})
afterAll(async () => {
  await it.close()
  rmSync(root, { recursive: true, force: true })
})

const clone = (to: string, ...more: readonly string[]) =>
  new Promise<number | null>((resolve) =>
    spawn('git', ['clone', '--quiet', ...more, at('/fleet.git'), join(root, to)], { stdio: 'ignore' }).once(
      'close',
      resolve,
    ),
  )

test('git clones a branch and a tag, several at once, shallow too', async () => {
  const all = await Promise.all([
    clone('one'),
    clone('two', '--branch=v1', '--depth=1'),
    ...Array.from({ length: 6 }, (_, index) => clone(`more-${index}`)),
  ])
  expect(all).toEqual(all.map(() => 0))
  expect(readFileSync(join(root, 'two/apps/a.yaml'), 'utf8')).toBe('kind: ConfigMap\n')
}, 30_000)

test('a commit is made only when the files are others, and takes the refs along', () => {
  const before = commitFiles(repository, now)
  expect(before.changed).toBe(false)
  const after = commitFiles({ ...repository, files: [{ path: 'b.yaml', text: 'ä\n' }] }, now)
  expect(after.changed).toBe(true)
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).trim()
  expect(git('rev-parse', 'v1')).toBe(after.commit)
  expect(git('ls-tree', '-r', '--name-only', 'main')).toBe('b.yaml')
  expect(git('rev-list', '--count', 'main')).toBe('2')
})

test('a repository whose making was cut off by a kill is made whole by the next run', () => {
  const cut = join(root, 'cut.git')
  mkdirSync(cut)
  const made = commitFiles({ ...repository, folder: cut }, now)
  expect(made.changed).toBe(true)
  expect(commitFiles({ ...repository, folder: cut }, now)).toEqual({ ...made, changed: false })
  // further on: its head was not written yet
  rmSync(join(cut, 'HEAD'))
  expect(commitFiles({ ...repository, folder: cut }, now)).toEqual({ ...made, changed: false })
})

test('nothing can be pushed, and nothing else of the disk be read', async () => {
  expect((await fetch(at('/fleet.git/info/refs?service=git-receive-pack'))).status).toBe(404)
  for (const path of [
    '/charts/../secret',
    '/charts/%2e%2e/secret',
    '/charts/..%2fsecret',
    '/fleet.git/config',
    '/charts/',
  ])
    expect((await fetch(at(path))).status, path).toBe(404)
})

test('charts come with an index that names them, the same in every run', async () => {
  const index = await (await fetch(at('/charts/index.yaml'))).text()
  expect(JSON.parse(index)).toMatchObject({ entries: { web: [{ version: '1.2.3', urls: ['web-1.2.3.tgz'] }] } })
  const bytes = Buffer.from(await (await fetch(at('/charts/web-1.2.3.tgz'))).arrayBuffer())
  const names = execFileSync('tar', ['-tzf', '-'], { input: bytes, encoding: 'utf8' })
  expect(names.trim().split('\n')).toEqual(['web/Chart.yaml', 'web/values.yaml'])
})

/** A request as no client would write it. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      heard += chunk.toString()
    })
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(heard))
  })

test('what is no path is refused, and the next one is answered', async () => {
  for (const path of ['//', '//:x', 'http://', '*', '/charts/\0', '/charts/%']) {
    const heard = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect(heard, path).toMatch(/^HTTP\/1\.1 40[04] /)
  }
  expect((await fetch(at('/charts/index.yaml'))).status).toBe(200)
  expect(failures).toEqual([])
})

test('who stalls loses the turn, and others get it', async () => {
  const ports = await choosePorts({ repositories: ['http'] }, {})
  const limits = { atOnce: 2, turnSeconds: 10, bodySeconds: 0.4, wholeSeconds: 0.8 }
  const other = repositories({ say: () => undefined, failed: (failure) => void failures.push(failure) }, limits)
  const own = ports.repositories?.http ?? 0
  await other.configure({ port: own, git: folder, charts })
  const stalled = Array.from({ length: 4 }, () => {
    const socket = connect(own, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('POST /fleet.git/git-upload-pack HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n00')
    return new Promise((resolve) => socket.once('close', resolve))
  })
  await Promise.all(stalled.slice(0, 1))
  const refs = await fetch(`http://127.0.0.1:${own}/fleet.git/info/refs?service=git-upload-pack`)
  expect(refs.status).toBe(200)
  expect(await refs.text()).toContain('refs/heads/main')
  await Promise.all(stalled)
  await other.close()
  expect(failures).toEqual([])
}, 20_000)

test('who waits too long for a turn is told so, and the turn goes to the next', async () => {
  const ports = await choosePorts({ repositories: ['http'] }, {})
  const limits = { atOnce: 1, turnSeconds: 0.2, bodySeconds: 1, wholeSeconds: 2 }
  const said: string[] = []
  const other = repositories({ say: (line) => void said.push(line), failed: (it) => void failures.push(it) }, limits)
  const own = ports.repositories?.http ?? 0
  await other.configure({ port: own, git: folder, charts })
  const stalled = connect(own, '127.0.0.1')
  stalled.on('error', () => undefined)
  stalled.write('POST /fleet.git/git-upload-pack HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n00')
  const ended = new Promise((resolve) => stalled.once('close', resolve))
  await pause(100)
  const refs = () => fetch(`http://127.0.0.1:${own}/fleet.git/info/refs?service=git-upload-pack`)
  const late = await refs()
  expect(late.status).toBe(503)
  expect(await late.text()).toContain('1 fetches are under way, and this one waited 0.2 s for its turn')
  expect(said.join('\n')).toContain('waited 0.2 s for its turn')
  await ended
  expect((await refs()).status).toBe(200)
  await other.close()
  expect(failures).toEqual([])
}, 20_000)

test('without a configuration nobody listens', async () => {
  await it.configure(undefined)
  await expect(fetch(at('/charts/index.yaml'))).rejects.toThrow()
})
