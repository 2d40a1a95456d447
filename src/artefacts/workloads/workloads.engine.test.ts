// Apps at sites, rendered for their sites and applied to a real API server: each object is one that it knows, to the last field.

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { needs } from '../../../test/needs.ts'
import { plan, readFleet } from '../../index.ts'
import type { KubeObject } from '../../worlds/kube/client.ts'
import { until } from '../../worlds/kube/until.ts'
import { enginesOfMachine } from '../../worlds/local/binaries.ts'
import type { Clients } from '../../worlds/local/clients.ts'
import { clientsFor } from '../../worlds/local/clients.ts'
import { down } from '../../worlds/local/down.ts'
import type { Machine } from '../../worlds/local/testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, machine } from '../../worlds/local/testing/machine.case.ts'
import { up } from '../../worlds/local/up.ts'
import { render } from '../flux/render.ts'
import { itemsAt } from './fields.ts'
import { workloadBundles } from './index.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const minute = 60_000
const now = () => new Date()

let here: Machine
let clients: Clients

beforeEach(needs('the engines', () => hasEngines(controlPlaneEngines)))
beforeAll(async () => {
  if (hasEngines(controlPlaneEngines) !== true) return
  here = machine('workloads', source)
  await up({
    plan: plan(await readFleet([source])),
    only: ['virginia'],
    folder: here.folder,
    source,
    engines: enginesOfMachine(process.env),
    say: () => undefined,
    now,
  })
  clients = clientsFor(here.folder, () => here.state().ports)
}, 3 * minute)
afterAll(async () => {
  if (here === undefined) return
  clients?.close()
  await down({ folder: here.folder, say: () => undefined, now })
  here.remove()
}, minute)

const sites = [
  ['recovery', 'localzone'],
  ['local-zone', 'los-angeles'],
  ['wavelength', 'boston'],
  ['wavelength', 'region'],
  ['stores', 'store-0001'],
  ['stores', 'factory'],
] as const

test.each(sites)(
  '%s: what runs at %s is accepted, and its pods are made',
  async (example, site) => {
    const made = plan(await readFleet([fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url))]))
    const objects = render(made, workloadBundles(made), site).flatMap(({ text }) =>
      parseAllDocuments(text).map((document) => document.toJS() as KubeObject),
    )
    const client = clients.of({ kind: 'cluster', name: 'virginia' })
    expect(objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Namespace', 'Deployment', 'Service']))
    const ordered = [...objects].sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'))
    for (const object of ordered) await client.apply(object)
    for (const { kind, metadata } of objects)
      if (kind === 'Deployment')
        await until(`pods of ${metadata.name}`, async () => {
          const pods = await client.get(`/api/v1/namespaces/${metadata.namespace}/pods`)
          return itemsAt(pods, 'items').length > 0 ? true : undefined
        })
  },
  minute,
)
