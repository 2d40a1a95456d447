// The way into a cluster, and what is said where there is none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { pkiFiles } from './engines/control-plane.ts'
import { privateFolder } from './folder.ts'
import { kubeconfig } from './kubeconfig.ts'
import { logFiles } from './logs.ts'
import { makePki } from './pki.ts'
import type { LocalState } from './state.ts'
import { freshState } from './state.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-kubeconfig-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const state: LocalState = {
  ...freshState('shops', '/shops', '/state'),
  expected: { clusters: { virginia: 4 }, federations: { main: ['virginia'] }, hosts: { parent: 'main' } },
  ports: { 'cluster/virginia/kube-apiserver': { https: 6443 }, 'federation/main/karmada-apiserver': { https: 5443 } },
}

test('holds the certificates, so that it works wherever it is moved; a federation is the API of Karmada', async () => {
  await makePki(pkiFiles(join(folder, 'pki')), new Date())
  const made = parse(kubeconfig(folder, state, 'virginia'))
  expect(made).toMatchObject({
    'current-context': 'shops-virginia',
    clusters: [{ cluster: { server: 'https://127.0.0.1:6443' } }],
  })
  const { user } = made.users[0]
  expect(Buffer.from(user['client-key-data'], 'base64').toString()).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  expect(kubeconfig(folder, state, 'main')).toContain('server: https://127.0.0.1:5443')
})

test('a host has no API of its own, and is told where Karmada’s is; others do not run', () => {
  expect(() => kubeconfig(folder, state, 'parent')).toThrow(
    expect.objectContaining({ kind: 'usage', hint: 'the API of Karmada: skerry kubeconfig main' }),
  )
  expect(() => kubeconfig(folder, state, 'oregon')).toThrow('oregon does not run on this machine')
})

test('logs are found by cluster, by federation and by its host, one engine or all', () => {
  privateFolder(join(folder, 'logs'))
  for (const file of ['cluster_virginia_etcd', 'cluster_virginia_kwok-virginia', 'federation_main_karmada-webhook'])
    writeFileSync(join(folder, 'logs', `${file}.log`), '')
  const found = (name: string, engine?: string) => logFiles(folder, state, name, engine).map((it) => it.engine)
  expect(found('virginia')).toEqual(['etcd', 'kwok-virginia'])
  expect(found('virginia', 'etcd')).toEqual(['etcd'])
  expect(found('main')).toEqual(['karmada-webhook'])
  expect(found('parent')).toEqual(['karmada-webhook'])
  expect(() => found('oregon')).toThrow('no engine of oregon was started')
  expect(() => found('virginia', 'dns')).toThrow('virginia has no engine dns')
})
