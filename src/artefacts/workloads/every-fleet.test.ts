// What holds of the bundles of any fleet.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fleet } from '../../model/fleet.ts'
import { documents, fleetOf, mixed } from '../../plan/fleets.case.ts'
import { controllerName } from '../../plan/ground.ts'
import { plan } from '../../plan/index.ts'
import type { Bundle, BundleFile } from '../bundle.ts'
import { karmadaBundles } from '../karmada/index.ts'
import { keyOf } from './factor.ts'
import { isNamespaced } from './fields.ts'
import { workloadBundles } from './index.ts'

const objectsOf = (files: readonly BundleFile[]) => files.flatMap(({ objects }) => objects)

function holds(fleet: Fleet): void {
  const made = plan(fleet)
  const bundles: readonly Bundle[] = [...workloadBundles(made), ...karmadaBundles(made)]
  const names = bundles.map(({ name }) => name)
  expect(new Set(names).size, `each has a name of its own: ${names}`).toBe(names.length)
  for (const { name, base, overlays, targets, needs, namespace } of bundles) {
    expect(targets.length, name).toBeGreaterThan(0)
    expect(base.length, name).toBeGreaterThan(0)
    for (const need of needs) expect([...names, controllerName], `${name} needs ${need}`).toContain(need)
    expect(needs).not.toContain(name)
    const files = base.map(({ file }) => file)
    expect(new Set(files).size, `${files}`).toBe(files.length)
    const keys = objectsOf(base).map(keyOf)
    expect(new Set(keys).size, `${keys}`).toBe(keys.length)
    const shapes = overlays.map((overlay) => overlay.name)
    expect(new Set(shapes).size, `${shapes}`).toBe(shapes.length)
    for (const { overlay } of targets) if (overlay !== undefined) expect(shapes).toContain(overlay)
    for (const shape of shapes) expect(targets.some(({ overlay }) => overlay === shape)).toBe(true)
    for (const { patches, extra } of overlays) {
      for (const patch of objectsOf(patches))
        expect(
          objectsOf(base).some((one) => one.kind === patch.kind && one.metadata.name === patch.metadata.name),
          `${patch.kind} ${patch.metadata.name}`,
        ).toBe(true)
      for (const one of objectsOf(extra)) expect(keys).not.toContain(keyOf(one))
    }
    for (const one of objectsOf(base))
      if (isNamespaced(one) && one.kind !== 'Cluster')
        expect(one.metadata.namespace ?? namespace, `${one.kind} ${one.metadata.name}`).toBeDefined()
    const variables = new Set(JSON.stringify([base, overlays, namespace]).match(/(?<=\$\{)\w+(?=\})/g) ?? [])
    for (const variable of variables)
      if (!variable.startsWith('fleet_'))
        for (const { values } of targets) expect(Object.keys(values), name).toContain(variable)
  }
}

test('bundles of any fleet hang together', () => {
  fc.assert(
    fc.property(documents, (drawn) => holds(fleetOf(drawn))),
    { numRuns: 60 },
  )
})

test('a fleet with a bit of everything hangs together', () => {
  holds(mixed())
})
