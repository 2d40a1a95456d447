// A disk on which nothing can be written any more: what is started is refused, and what runs can be ended all the same.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Place } from './testing/fake-engine.case.ts'

const disk = { fails: '' }

/** Loaded anew, so that they write on this disk whatever another test loaded before. */
async function loaded() {
  vi.resetModules()
  vi.doMock('node:fs', async (original) => {
    const fs = await original<typeof import('node:fs')>()
    const failing =
      <A extends readonly unknown[], R>(real: (...given: A) => R) =>
      (...given: A): R => {
        if (disk.fails !== '') throw Object.assign(new Error(`${disk.fails}: write`), { code: disk.fails })
        return real(...given)
      }
    return { ...fs, writeFileSync: failing(fs.writeFileSync), appendFileSync: failing(fs.appendFileSync) }
  })
  const [downs, holder, journal, ports, processes, runner, fake] = await Promise.all([
    import('./down.ts'),
    import('./holder.ts'),
    import('./journal.ts'),
    import('./ports.ts'),
    import('./process.ts'),
    import('./runner.ts'),
    import('./testing/fake-engine.case.ts'),
  ])
  return { ...downs, ...holder, ...journal, ...ports, ...processes, ...runner, ...fake }
}

const { choosePorts, down, ensureRunning, fakeEngine, hold, isAlive, place, write } = await loaded()

let here: Place
const now = () => new Date()
beforeEach(() => {
  here = place()
})
afterEach(() => {
  disk.fails = ''
  here.remove()
})

afterAll(() => {
  vi.doUnmock('node:fs')
  vi.resetModules()
})

const port = async (): Promise<number> => (await choosePorts({ it: ['http'] }, {})).it?.http ?? 0

test.each([
  ['ENOSPC', 'no space is left on its disk'],
  ['EROFS', 'it is on a disk that can only be read'],
])(
  'down ends the engines and removes the folder on %s, and says that it goes on without a claim',
  async (code, why) => {
    await ensureRunning(here.runner, fakeEngine(await port()))
    const { process: engine } = here.ledger.state().engines['cluster/virginia/etcd'] ?? {}
    disk.fails = code
    const said: string[] = []
    const report = await down({ folder: here.folder, say: (line) => said.push(line), now })
    expect(said[0]).toMatch(new RegExp(`^${here.folder}/holder\\..* cannot be .*: ${why}: going on without a claim$`))
    expect(report?.stopped.map(({ how }) => how)).toEqual(['ended'])
    expect(engine && isAlive(engine)).toBe(false)
    expect(existsSync(here.folder)).toBe(false)
  },
)

test('down waits for whoever holds the folder, also where it could not claim it itself', async () => {
  const release = await hold(here.folder, 'up')
  disk.fails = 'ENOSPC'
  await expect(down({ folder: here.folder, say: () => undefined, now })).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('skerry up (process'),
  })
  release()
})

test('everybody else is refused, and no half a file is left', async () => {
  const root = mkdtempSync(join(tmpdir(), 'skerry-full-'))
  disk.fails = 'ENOSPC'
  const refused = { kind: 'world', hint: 'make room there, and run this again' }
  await expect(hold(root, 'up')).rejects.toMatchObject(refused)
  expect(() => write(root, { at: '', verb: 'up', step: 'a', phase: 'begin' })).toThrow(
    `${join(root, 'journal.jsonl')} cannot be written: no space is left on its disk`,
  )
  await expect(ensureRunning(here.runner, fakeEngine(await port()))).rejects.toMatchObject(refused)
  expect(readdirSync(root)).toEqual([])
  rmSync(root, { recursive: true })
})
