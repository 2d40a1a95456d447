// The base and the patch of a shape make that shape again, as kustomize merges them.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { strategicMerge } from '../../model/strategic-merge.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { BundleFile } from '../bundle.ts'
import { factor } from './factor.ts'

const container = fc.record(
  {
    name: fc.constantFrom('web', 'proxy'),
    image: fc.constantFrom('a:1', 'a:2'),
    imagePullPolicy: fc.constantFrom('Always', 'IfNotPresent'),
    args: fc.array(fc.constantFrom('-a', '-b'), { maxLength: 2 }),
  },
  { requiredKeys: ['name', 'image'] },
)
const spread = fc.uniqueArray(fc.constantFrom('zone', 'host'), { maxLength: 2 }).map((keys) => {
  const constraints = keys.map((topologyKey) => ({ topologyKey, maxSkew: 1 }))
  return constraints.length === 0 ? {} : { topologySpreadConstraints: constraints }
})
const deployment = fc
  .record({
    replicas: fc.nat(3),
    annotations: fc.dictionary(fc.constantFrom('a', 'b', 'subnets'), fc.constantFrom('x', 'y')),
    containers: fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1, maxLength: 2 }),
    zone: fc.option(fc.constantFrom('z1', 'z2')),
    spread,
  })
  .map(
    ({ replicas, annotations, containers, zone, spread: constraints }): KubernetesObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app', annotations },
      spec: {
        replicas,
        template: { spec: { containers, ...(zone !== null && { affinity: { terms: [{ zone }] } }), ...constraints } },
      },
    }),
  )
const budget: KubernetesObject = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'app' } }
const shape = fc
  .record({ app: deployment, guarded: fc.boolean() })
  .map(({ app, guarded }): readonly BundleFile[] => [
    { file: 'app.yaml', objects: [app] },
    ...(guarded ? [{ file: 'budget.yaml', objects: [budget] }] : []),
  ])

/** Lists that a merge puts together have no order of their own. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.some((item) => JSON.stringify(item).includes('topologyKey'))
      ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, plain(inner)] as const)
    // an empty map and none are the same to the API server
    .filter(([, inner]) => inner !== undefined && JSON.stringify(inner) !== '{}')
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

test('base, patches and extra files of an overlay are its shape again', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 4 }), (shapes) => {
      const { base, overlays } = factor(shapes)
      shapes.forEach((wanted, index) => {
        const { patches = [], extra = [] } = overlays[index] ?? {}
        const patched = base
          .flatMap(({ objects }) => objects)
          .map((object) =>
            patches
              .flatMap(({ objects }) => objects)
              .filter((patch) => patch.kind === object.kind)
              .reduce<unknown>((merged, patch) => strategicMerge(merged, patch, true), object),
          )
        const all = [...patched, ...extra.flatMap(({ objects }) => objects)]
        expect(all.map(plain)).toEqual(wanted.flatMap(({ objects }) => objects).map(plain))
      })
    }),
    { numRuns: 500 },
  )
})

test('what one site alone has never shows in the base, nor in the patch of another', () => {
  const ingress = (annotations: Readonly<Record<string, string>>): readonly BundleFile[] => [
    {
      file: 'ingress.yaml',
      objects: [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', annotations } }],
    },
  ]
  const { base, overlays } = factor([
    ingress({ all: '1', subnets: 'a' }),
    ingress({ all: '1', subnets: 'b', coip: 'c' }),
  ])
  expect(base[0]?.objects[0]?.metadata.annotations).toEqual({ all: '1' })
  expect(overlays.map(({ patches }) => patches[0]?.objects[0]?.metadata.annotations)).toEqual([
    { subnets: 'a' },
    { subnets: 'b', coip: 'c' },
  ])
})
