import { expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import { fluxFiles } from '../../../artefacts/flux/flux.ts'
import { bundlesOf } from '../../../artefacts/index.ts'
import { withoutFlux } from '../../../artefacts/without-flux.ts'
import { carrierOf, packagesOf, slowCarriersOn } from './carriers.ts'

test('each of 2,500 stores has a Kustomization of its own, by the very name that the repository gives it', async () => {
  const { plan } = await exampleFleet('stores')
  const files = fluxFiles(plan, withoutFlux(plan, bundlesOf(plan)).bundles)
  const rows = files
    .filter(({ path }) => /\/rows\/[^/]*clusters\/.*rows\.yaml$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name = '']) => name.replaceAll('"', '')))
  const stores = plan.fleet.clusters.filter(({ class: of }) => of !== undefined).map(({ name }) => name)
  expect(stores.length).toBeGreaterThan(2_400)
  const carriers = stores.map((name) => carrierOf(plan, name))
  expect(new Set(carriers).size).toBe(stores.length)
  const written = new Set(rows)
  expect(carriers.filter((it) => it === undefined || !written.has(it))).toEqual([])
})

test('what waits for machines is told from what Flux brings at once', async () => {
  const { plan } = await exampleFleet('stores')
  expect([carrierOf(plan, 'factory'), packagesOf(plan, 'factory')]).toEqual(['factory-cluster', 'factory-packages'])
  expect(slowCarriersOn(plan, 'factory-management')).toEqual(new Set(['factory-cluster', 'factory-packages']))
  expect(carrierOf(plan, 'hq-east')).toBeUndefined()
  expect(slowCarriersOn(plan, 'ship').size).toBe(0)
})
