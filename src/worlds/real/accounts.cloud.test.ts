// An account that the fleet does not name, or names only later: what stands in it is the fleet's all the same.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clouds } from '../../../test/cloud/clouds.ts'
import { startClouds, troubleIn } from '../../../test/cloud/clouds.ts'
import { folderOf } from '../../../test/example.case.ts'
import { readFleet } from '../../fleet/read.ts'
import type { Plan } from '../../model/plan.ts'
import { plan as planOf } from '../../plan/index.ts'

let folder: string
let clouds: Clouds
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-accounts-'))
  cpSync(folderOf('local-zone'), folder, { recursive: true })
})
afterEach(async () => {
  await clouds?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The example with its accounts as given. */
async function withAccounts(accounts: string): Promise<Plan> {
  const file = join(folder, 'fleet.yaml')
  const text = readFileSync(join(folderOf('local-zone'), 'fleet.yaml'), 'utf8').replace(
    /^accounts:\n(?: .*\n)+/m,
    accounts,
  )
  writeFileSync(
    file,
    accounts === '' ? text.replaceAll(/^ *account: prod\n/gm, '').replaceAll(', account: prod', '') : text,
  )
  return planOf(await readFleet([folder]))
}

test('a fleet without accounts comes up in that of who asks; named later, nothing of it is taken for left behind', {
  timeout: 60_000,
}, async () => {
  const unnamed = await withAccounts('')
  expect(unnamed.fleet.accounts).toEqual([])
  clouds = await startClouds(unnamed, { optedIn: ['us-west-2-lax-1'] })
  expect(troubleIn(await clouds.up())).toEqual([])
  const named = await withAccounts('accounts: [{ name: prod, id: "111122223333" }]\n')
  const again = await clouds.up({ plan: named })
  expect(troubleIn(again)).toEqual([])
  expect([again.left, again.unseen]).toEqual([[], []])
  const down = await clouds.down({ plan: named })
  expect(troubleIn(down)).toEqual([])
  expect(down.work.filter(({ title }) => title.includes('does not declare any more'))).toEqual([])
})
