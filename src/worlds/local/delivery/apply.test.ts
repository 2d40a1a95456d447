// What we put onto an API server goes when the fleet has it no more, whatever was silent in between; what others made stays.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import { applyAll, deliveredTo } from './apply.ts'

const owner = { kind: 'cluster', name: 'oregon' } as const
const map = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'web' },
})
const pathOf = (name: string): string => `/api/v1/namespaces/web/configmaps/${name}`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-apply-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Objects by path; `silent` are not answered for. */
function server() {
  const there = new Map<string, KubeObject>()
  const silent = new Set<string>()
  let made = 0
  const client = {
    pathOf: async ({ metadata }) => pathOf(metadata.name),
    get: async (path: string) => {
      if (silent.has(path)) throw new Error('no answer')
      return there.get(path)
    },
    apply: async (object) => {
      const path = pathOf(object.metadata.name)
      made += 1
      const kept = there.get(path) ?? { ...object, metadata: { ...object.metadata, uid: `uid-${made}` } }
      there.set(path, kept)
      return kept
    },
    delete: async (path: string) => void there.delete(path),
  } as KubeClient
  return { there, silent, client }
}

test('an object of which the server says nothing is kept in mind, and removed by the next run', async () => {
  const { there, silent, client } = server()
  await applyAll(folder, owner, client, [map('a'), map('b')])
  silent.add(pathOf('b'))
  expect(await applyAll(folder, owner, client, [map('a')])).toEqual({ changed: 0, removed: 0 })
  expect(Object.keys(deliveredTo(folder, owner))).toEqual(expect.arrayContaining([pathOf('a'), pathOf('b')]))
  silent.clear()
  expect(await applyAll(folder, owner, client, [map('a')])).toEqual({ changed: 0, removed: 1 })
  expect([...there.keys()]).toEqual([pathOf('a')])
  expect(Object.keys(deliveredTo(folder, owner))).toEqual([pathOf('a')])
})

test('one of the same name that somebody else made since stays, and is forgotten', async () => {
  const { there, client } = server()
  await applyAll(folder, owner, client, [map('a')])
  there.set(pathOf('a'), { ...map('a'), metadata: { ...map('a').metadata, uid: 'another' } })
  expect(await applyAll(folder, owner, client, [])).toMatchObject({ removed: 0 })
  expect(there.has(pathOf('a'))).toBe(true)
  expect(deliveredTo(folder, owner)).toEqual({})
})
