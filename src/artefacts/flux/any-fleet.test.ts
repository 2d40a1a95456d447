// Whatever the fleet: no file is written twice, no Kustomization of a cluster has the name of another, and what one names is there.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { documents, fleetOf, mixed } from '../../plan/fleets.case.ts'
import { madeOf, objectsIn } from './files.case.ts'

function judge({ files }: ReturnType<typeof madeOf>): void {
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))))
  for (const [path, text] of files) {
    if (!/\/flux-system\/apps\.yaml$/.test(path)) continue
    const objects = objectsIn(text).filter(({ kind }) => kind === 'Kustomization')
    const names = objects.map(({ metadata }) => metadata.name)
    expect(names.length, `${path}: ${names.join(' ')}`).toBe(new Set(names).size)
    for (const { metadata, spec } of objects) {
      const { path: folder, dependsOn = [] } = spec as { path: string; dependsOn?: { name: string }[] }
      expect(folders, `${path}: ${metadata.name}`).toContain(folder.replace(/^\.\//, 'gitops/'))
      for (const { name } of dependsOn) expect(names, `${path}: ${metadata.name}`).toContain(name)
      expect(dependsOn.map(({ name }) => name)).not.toContain(metadata.name)
    }
  }
}

test('a fleet with a bit of everything, delivered by Flux', () => judge(madeOf(mixed())))

test('any fleet, delivered by Flux or not', { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(documents, (made) => judge(madeOf(fleetOf(made)))),
    { numRuns: 40 },
  )
})
