// A fleet that was given another name has two worlds; each is found from the other.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { besideAt } from './beside.ts'
import { folderOf } from './folder.ts'
import { tokenName } from './process.ts'
import { freshState, ledgerAt, tokenFor } from './state.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skerry-beside-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('another fleet of the same folder that runs is found, by its name from before; one that does not run is not', async () => {
  const env = { SKERRY_STATE: root }
  const folder = (name: string): string => folderOf(env, name, root)
  for (const name of ['old', 'idle', 'new'])
    ledgerAt(folder(name), freshState(name, root, folder(name))).change((state) => state)
  const token = tokenFor(freshState('old', root, folder('old')), 'cluster/virginia/etcd')
  const engine = spawn(process.execPath, ['-e', "console.log('on'); setInterval(() => undefined, 1000)"], {
    env: { [tokenName]: token },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    await new Promise((on) => engine.stdout.once('data', on))
    expect(besideAt(env, root, folder('new'))).toEqual([{ fleet: 'old', folder: folder('old'), engines: 1 }])
    expect(besideAt(env, root, folder('old'))).toEqual([])
    expect(besideAt(env, tmpdir(), undefined)).toEqual([])
  } finally {
    const gone = new Promise((resolve) => engine.once('exit', resolve))
    engine.kill('SIGKILL')
    await gone
  }
})
