import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { usableFolder } from './folder.ts'
import type { LedgerOptions } from './ledger.ts'
import { openLedger, stateIn } from './ledger.ts'
import { folderShelf, placeIn } from './shelves.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const start = Date.parse('2026-11-21T12:00:00Z')
const options = (run: string, more: Partial<LedgerOptions> = {}): LedgerOptions => ({
  fleet: 'local-zone',
  holder: { run, who: 'ann', host: hostname(), pid: process.pid, verb: 'up' },
  now: () => new Date(start),
  ...more,
})

test('what began and how it ended is there for the next run, readable for its owner only', async () => {
  const first = await openLedger(folderShelf(folder), options('one'))
  await first.begins('stack/a')
  await first.ended('stack/a', { kind: 'done', changed: true, seconds: 1 })
  await first.begins('stack/b')
  await first.close()
  expect(statSync(join(folder, 'ledger.json')).mode & 0o777).toBe(0o600)
  const second = await openLedger(folderShelf(folder), options('two'))
  expect(second.before?.work).toMatchObject({ 'stack/a': { state: 'done' }, 'stack/b': { state: 'begun' } })
  await second.close()
})

test('where a fleet was, and onto which clusters of others it put something, is kept though the file names it no more', async () => {
  const shelf = folderShelf(folder)
  const at = (region: string) => ({ account: 'prod', region })
  const carriedOut = async (run: string, more: Partial<LedgerOptions>) => {
    const ledger = await openLedger(shelf, options(run, more))
    await ledger.begins('stack/a')
    await ledger.close()
  }
  await carriedOut('one', { places: [at('us-west-2')], clusters: [{ name: 'theirs', context: 'one' }] })
  await carriedOut('two', { places: [at('us-east-1')] })
  expect(await stateIn(shelf)).toMatchObject({
    places: [at('us-west-2'), at('us-east-1')],
    clusters: [{ name: 'theirs', context: 'one' }],
  })
  writeFileSync(join(folder, 'ledger.json'), '{ "version": 1, "work": {}, "places": 7, "clusters": {} }')
  await carriedOut('three', { places: [at('eu-west-1')] })
  expect((await stateIn(shelf))?.places).toEqual([at('eu-west-1')])
})

test('two runs at once: the second is told who holds it and since when, and may take it over', async () => {
  const first = await openLedger(folderShelf(folder), options('one'))
  await expect(openLedger(folderShelf(folder), options('two'))).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(
      /^ann on \S+ carries out skerry up for this fleet since 2026-11-21T12:00:00.000Z \(process \d+;/,
    ),
  })
  const later = { now: () => new Date(start + 3_600_000) }
  await expect(openLedger(folderShelf(folder), options('two', later))).rejects.toMatchObject({
    message: expect.stringContaining('was not heard of for 60 minutes'),
    hint: expect.stringContaining('--take-over'),
  })
  const taken = await openLedger(folderShelf(folder), options('two', { takeOver: true }))
  // the first one leaves what is no longer its own
  await first.close()
  await expect(openLedger(folderShelf(folder), options('three'))).rejects.toMatchObject({ kind: 'refused' })
  await taken.close()
})

test('the lock of a process that is gone holds nobody up', async () => {
  // no pid is that high
  await openLedger(folderShelf(folder), options('gone', { holder: { ...options('gone').holder, pid: 4_194_305 } }))
  const next = await openLedger(folderShelf(folder), options('next'))
  await next.close()
})

test('a ledger that is lost or damaged is no reason to stop', async () => {
  writeFileSync(join(folder, 'ledger.json'), '{ "version": 1, "wo')
  const ledger = await openLedger(folderShelf(folder), options('one'))
  expect(ledger.before).toBeUndefined()
  await ledger.begins('stack/a')
  await ledger.close(true)
})

test('a place in a bucket is written s3://BUCKET/PREFIX', () => {
  expect(placeIn('s3://fleet-state/skerry/')).toEqual({ bucket: 'fleet-state', prefix: 'skerry' })
  expect(() => placeIn('gs://x')).toThrow('no place for a ledger')
})

test('a lock whose answer was lost is this run’s own, not another’s', async () => {
  const shelf = folderShelf(folder)
  let isFirst = true
  const deaf = {
    ...shelf,
    write: async (name: string, text: string, ifMatch?: string) => {
      const is = await shelf.write(name, text, ifMatch)
      // arrived, and the SDK asked again
      const answer = isFirst ? shelf.write(name, text, ifMatch) : is
      isFirst = false
      return answer
    },
  }
  const ledger = await openLedger(deaf, options('one'))
  await ledger.close()
  await (await openLedger(shelf, options('two'))).close()
})

test('taken over, the earlier run hears of it at its next renewal, and writes over nothing', async () => {
  const first = await openLedger(folderShelf(folder), options('one', { renewEverySeconds: 0.02 }))
  expect(first.lost.aborted).toBe(false)
  const second = await openLedger(folderShelf(folder), options('two', { takeOver: true }))
  await vi.waitFor(() => expect(first.lost.aborted).toBe(true))
  expect(first.lost.reason).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/^ann on \S+ took the lock of this fleet over at .*: this run begins nothing more/),
  })
  await second.begins('stack/a')
  await first.begins('stack/b')
  await first.close(true)
  await second.close()
  const third = await openLedger(folderShelf(folder), options('three'))
  expect(third.before?.work).toEqual({ 'stack/a': { state: 'begun', at: expect.any(String) } })
  await third.close()
})

test.skipIf(process.platform !== 'linux')('a state folder that cannot be is refused, and asked for another', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => usableFolder(join(folder, 'file'))).toThrow('it is a file, where a folder should be')
  expect(() => usableFolder(join(folder, 'file', 'real'))).toThrow('cannot be used')
  // no folder can be made in there, and the recursive mkdir of Node would try for ever
  expect(() => usableFolder('/proc/x/real/one')).toThrow('no folder can be made there')
  expect(statSync(usableFolder(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700)
})
