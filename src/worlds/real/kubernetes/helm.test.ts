// A helm that hangs, that is told to end, that fails: by a stand-in program on the path.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { helmIn } from './helm.ts'
import { removeStaleKubeconfigs, withKubeconfig } from './kubeconfig.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-helm-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const env = (script: string): NodeJS.ProcessEnv => {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'helm'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, 'helm'), 0o755)
  return { PATH: [bin, process.env.PATH].join(delimiter) }
}
const told = (signal = new AbortController().signal) => {
  const seen: string[] = []
  return { seen, signal, observe: (what: string) => void seen.push(what) }
}
const hangs = 'while :; do sleep 0.05; done'
const deaf = `trap '' TERM\n${hangs}`

test('helm is told its own limit where it acts, and answers with what it prints', async () => {
  const helm = helmIn(env('echo "$@"; cat'))
  expect(await helm(['upgrade', 'web'], 'values', told())).toBe('upgrade web --timeout 600s\nvalues')
  expect(await helm(['list'])).toBe('list\n')
})

test.each([
  ['that ends when it is asked to', hangs],
  ['that does not hear', deaf],
])('a helm that hangs is ended at the limit, one %s', async (_, script) => {
  const about = told()
  const helm = helmIn(env(script), { hardSeconds: 0.3, graceSeconds: 0.2, tellSeconds: 0.1 })
  await expect(helm(['upgrade', 'web'], undefined, about)).rejects.toMatchObject({
    kind: 'world',
    message: 'helm upgrade had not ended after 0.3 seconds, and was ended',
  })
  expect(about.seen[0]).toMatch(/^helm upgrade has run for \d+ s$/)
})

test.each([hangs, deaf])('a run that is interrupted ends its helm, and its kubeconfig is gone', async (script) => {
  const ending = new AbortController()
  const helm = helmIn(env(script), { graceSeconds: 0.2 })
  const server = { url: 'https://127.0.0.1:1', certificate: { cert: 'c', key: 'k' } }
  const run = withKubeconfig(folder, server, (file) => helm(['upgrade', '--kubeconfig', file], '', told(ending.signal)))
  setTimeout(() => ending.abort(new Error('interrupted')), 200)
  await expect(run).rejects.toThrow('interrupted')
  expect(readdirSync(folder)).toEqual(['bin'])
  await expect(helm(['list'], '', told(ending.signal))).rejects.toThrow('interrupted')
})

test('what helm says of a failure is told; where there is no helm, that', async () => {
  await expect(helmIn(env('echo no such chart >&2; exit 1'))(['upgrade'])).rejects.toMatchObject({
    kind: 'world',
    message: 'helm upgrade failed: no such chart',
  })
  await expect(helmIn({ PATH: join(folder, 'nothing') })(['list'])).rejects.toMatchObject({ kind: 'refused' })
})

test('kubeconfigs of runs that were killed are taken away; those of a run that lives stay', () => {
  const now = new Date()
  const named = (name: string) => writeFileSync(join(folder, `.kubeconfig-${name}`), '{}')
  const here = `${process.pid}-0123456789ab`
  const old = `${process.pid}-ba9876543210`
  // no process has a number so high: the kernel's limit is 2^22
  for (const name of ['0123456789ab', '99999999-0123456789ab', here, old]) named(name)
  const long = new Date(now.getTime() - 3_700_000)
  utimesSync(join(folder, `.kubeconfig-${old}`), long, long)
  removeStaleKubeconfigs(folder, now)
  expect(readdirSync(folder)).toEqual([`.kubeconfig-${here}`])
})
