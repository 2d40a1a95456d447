// A drill killed after each line of its journal, one after the other. Its engines are of a few lines, but so many of them start that this
// takes its time: so it runs along with the real ones.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { withToken } from '../process.ts'
import { tokenPrefix } from '../state.ts'
import type { FakeFleet } from './fake-fleet.case.ts'
import { begin, fakeFleet } from './fake-fleet.case.ts'
import { bundleDrive, everything, expectWell, healedBy, killedAfter } from './killed.case.ts'

const root = mkdtempSync(join(tmpdir(), 'skerry-faults-'))
const folder = join(root, 'small-00000000')
let it: FakeFleet
afterEach(() => {
  // only what this test started carries the token of its run
  for (const { pid } of withToken(tokenPrefix(it.ledger.state()))) process.kill(pid, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

test('a drill that is killed after any line of its journal leaves a fleet that the next command heals', async () => {
  it = await fakeFleet(folder, everything)
  await begin(it)
  await bundleDrive(root)
  let lines = 1
  for (; killedAfter(root, folder, lines); lines += 1)
    expectWell(await healedBy(lines % 2 === 0 ? 'up' : 'drill', folder))
  // begun and ended, each fault has written something down
  expect(lines).toBeGreaterThan(16)
  expectWell(await fakeFleet(folder, everything))
  console.info(`killed after each of ${lines - 1} lines of its journal`)
}, 300_000)
