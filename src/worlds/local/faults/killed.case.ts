// A drill that takes everything away at once, and is killed after so many lines of its journal: what the next command finds it heals. A few
// of the lines are tried in the unit tests, every one of them with the engines.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect } from 'vitest'
import { allWell } from '../outside/conditions.ts'
import { ensureRunning } from '../runner.ts'
import type { FakeFleet } from './fake-fleet.case.ts'
import { fakeFleet } from './fake-fleet.case.ts'
import { heal, healingUp } from './heal.ts'

export const everything = `  - { at: 1s, app: web, site: fra, scaleTo: 0 }
  - { at: 1s, app: web, site: hall, delete: deployment }
  - { at: 1s, app: web, site: fra, lose: app }
  - { at: 1s, app: web, release: crashing }
  - { at: 1s, site: fra, lose: nodes, count: 1 }
  - { at: 1s, site: hall, lose: power }
  - { at: 1s, site: fra, lose: uplink }
  - { at: 1s, cluster: a, lose: controlPlane }`

const driveOf = (root: string): string => join(root, 'drive.mjs')

/** One file, so that each of many runs starts quickly. */
export const bundleDrive = (root: string): Promise<unknown> =>
  build({
    entryPoints: [fileURLToPath(new URL('drive.case.ts', import.meta.url))],
    ...{ outfile: driveOf(root), bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    banner: { js: "import { createRequire as from } from 'node:module'; var require = from(import.meta.url);" },
    // loaded only for fleets that are programs, which this one is not
    external: ['jiti'],
  })

/** False where it had come to its end before. */
export function killedAfter(root: string, folder: string, lines: number): boolean {
  const { stdout, stderr } = spawnSync(process.execPath, [driveOf(root), folder, String(lines), everything], {
    encoding: 'utf8',
  })
  if (stderr !== '') throw new Error(stderr)
  return stdout !== 'whole'
}

/** By the next drill, or as `up` does: what is frozen goes on, what is dead is started, and then the rest. */
export async function healedBy(by: 'drill' | 'up', folder: string): Promise<FakeFleet> {
  const it = await fakeFleet(folder, everything)
  if (by === 'drill') {
    await heal(it)
    return it
  }
  const up = healingUp({ ...it, outside: () => it.outside })
  for (const spec of it.engines) {
    await ensureRunning(it.runner, spec)
    await up.ready(spec)
  }
  // the process outside is no engine of this fleet of engines
  await up.ready({ ...(it.engines[0] as (typeof it.engines)[number]), id: 'fleet/small/outside', name: 'outside' })
  expect(await up.done()).toEqual([])
  return it
}

export function expectWell(it: FakeFleet): void {
  expect(it.engines.map(({ id }) => id).filter((id) => it.engine(id) !== 'running')).toEqual([])
  expect(it.conditions()).toEqual(allWell)
  for (const of of ['a', 'p']) {
    const web = it.object(`${of}:/apis/apps/v1/namespaces/web/deployments/web`)
    expect(web?.spec).toMatchObject({ replicas: 3 })
    expect(JSON.stringify([web, it.object(`${of}:/api/v1/namespaces/web/pods/web-1`)])).not.toContain('skerry.dev')
  }
  for (const node of ['a:/api/v1/nodes/fra-w-1', 'p:/api/v1/nodes/hall-w-1'])
    expect(JSON.stringify(it.object(node))).not.toContain('skerry.dev/off')
  expect(existsSync(join(it.folder, 'faults.jsonl'))).toBe(false)
}
