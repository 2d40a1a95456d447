// What status says where an up did not come far, and where the fleet is another one by now.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pkiFiles } from './engines/control-plane.ts'
import { noFederation } from './failback.ts'
import { privateFolder } from './folder.ts'
import { hold } from './holder.ts'
import { requireUnchanged } from './running.ts'
import { freshState, ledgerAt } from './state.ts'
import { status } from './status.ts'

let folder: string
const now = () => new Date()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-status-'))
  ledgerAt(folder, freshState('shops', folder, folder)).change((state) => ({ ...state, digest: 'sha256:1' }))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function certificates(): void {
  const { ca, admin, adminKey } = pkiFiles(join(privateFolder(join(folder, 'pki'))))
  for (const file of [ca, admin, adminKey]) writeFileSync(file, '')
}

test('an up that was killed before there were certificates is told, with what to type', async () => {
  await expect(status(folder, now)).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('the last skerry up did not come to its end'),
    hint: 'skerry up, to go on, or skerry down',
  })
})

test('an up that is at work and has come no further is told as that', async () => {
  const release = await hold(folder, 'up')
  expect(await status(folder, now)).toMatchObject({ fleet: 'shops', up: 'begun', holder: { verb: 'up' }, engines: [] })
  release()
})

test('the fleet that is declared now is held against the one that was brought up', async () => {
  certificates()
  expect((await status(folder, now, Promise.resolve('sha256:1')))?.changed).toBe(false)
  expect((await status(folder, now, Promise.resolve('sha256:2')))?.changed).toBe(true)
  expect((await status(folder, now))?.changed).toBeUndefined()
})

test('a drill of a fleet that changed since up is refused; a state of an older skerry, which knows none, is not', () => {
  expect(() => requireUnchanged('sha256:1', { digest: 'sha256:1' })).not.toThrow()
  expect(() => requireUnchanged('sha256:2', {})).not.toThrow()
  expect(() => requireUnchanged('sha256:2', { digest: 'sha256:1' })).toThrow(
    expect.objectContaining({
      kind: 'refused',
      message: expect.stringContaining('the fleet changed since'),
      hint: expect.stringContaining('skerry up'),
    }),
  )
})

test('a failback without a federation points to up only where the fleet declares one', () => {
  expect(noFederation({ fleet: 'shops', declaredFederations: [] })).toMatchObject({
    kind: 'usage',
    message: 'shops declares no federation',
    hint: expect.not.stringContaining('skerry up'),
  })
  expect(noFederation({ fleet: 'shops', declaredFederations: ['main'] }).hint).toBe('start main: skerry up')
  expect(noFederation(undefined).hint).toBe('start one: skerry up')
})
