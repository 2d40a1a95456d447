// A drill before which another one was killed, in a world whose process outside stands still: Ctrl-C is heard.

import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plan, readFleet } from '../../index.ts'
import { Interrupted } from '../world.ts'
import type { Engines } from './binaries.ts'
import { pkiFiles } from './engines/control-plane.ts'
import { outsideId } from './engines/outside.ts'
import { faultJournal, readOpen } from './faults/journal.ts'
import { living } from './holder.ts'
import { makeToken } from './outside/found.ts'
import { makePki } from './pki.ts'
import { freshState, ledgerAt } from './state.ts'
import { localWorldFor } from './world.ts'

const made = plan(await readFleet(['examples/local-zone']))
const now = () => new Date('2026-11-21T12:00:00Z')
const engines: Engines = {
  find: () => undefined,
  binary: (name) => name,
  files: () => '',
  versions: { kubernetes: '1.35', karmada: '1.18' },
  outsideProgram: () => 'outside.js',
}

let root: string
let frozen: Server
const sockets = new Set<Socket>()
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'skerry-world-'))
  frozen = createServer((socket) => void sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((listening) => frozen.listen(0, '127.0.0.1', listening))
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((closed) => frozen.close(closed))
  rmSync(root, { recursive: true, force: true })
})

test('an interruption is heard while what an earlier drill left is given back: nothing was taken, and what is away stays in the journal', async () => {
  const folder = join(root, 'fleet-00000000')
  const [drill] = made.fleet.drills
  if (drill === undefined) throw new Error('no drill')
  const outside = outsideId({ kind: 'fleet', name: made.fleet.name })
  ledgerAt(folder, freshState(made.fleet.name, root, folder)).change((state) => ({
    ...state,
    up: 'done',
    ports: { [outside]: { control: (frozen.address() as AddressInfo).port } },
  }))
  await makePki(pkiFiles(join(folder, 'pki')), new Date())
  makeToken(folder)
  faultJournal(folder, { now }).write([{ fault: 'los-angeles loses its power', undo: { kind: 'conditions' } }])

  const ending = new AbortController()
  const said: string[] = []
  const world = localWorldFor({
    ...{ plan: made, drill, folder, engines, skerry: '0', signal: ending.signal },
    say: (line) => void said.push(line),
  })
  setTimeout(() => ending.abort(), 300)
  const error: unknown = await world.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Interrupted)
  expect(error).toMatchObject({ message: expect.stringContaining('nothing was taken away') })
  expect(said.join()).toContain('giving back what it took (los-angeles loses its power)')
  expect(readOpen(folder)).toHaveLength(1)
  expect(living(folder)).toEqual([])
}, 30_000)

test('where nothing runs there is nothing to drill, and no folder is made', async () => {
  const [drill] = made.fleet.drills
  if (drill === undefined) throw new Error('no drill')
  const folder = join(root, 'nothing')
  await expect(
    localWorldFor({ ...{ plan: made, drill, folder, engines, skerry: '0' }, say: () => undefined }),
  ).rejects.toMatchObject({ kind: 'refused', message: expect.stringContaining('nothing of this fleet runs') })
  expect(() => living(folder)).toThrow()
})
