// Engines of a few lines, run by Node, for tests of the runner that need no real one.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineSpec, StopOrder } from '../engine.ts'
import type { Runner } from '../runner.ts'
import type { Ledger } from '../state.ts'
import { freshState, ledgerAt, readState } from '../state.ts'

export interface Place {
  readonly folder: string
  readonly ledger: Ledger
  readonly runner: Runner
  readonly remove: () => void
}

export function place(): Place {
  const root = mkdtempSync(join(tmpdir(), 'skerry-runner-'))
  const folder = join(root, 'fleet-00000000')
  const ledger = ledgerAt(folder, readState(folder) ?? freshState('fleet', root, folder))
  return {
    folder,
    ledger,
    runner: {
      ledger,
      binary: () => process.execPath,
      credentials: () => ({ ca: '', cert: '', key: '' }),
      now: () => new Date(),
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

const answering = (port: number): string =>
  `require('node:http').createServer((_, response) => response.end('ok')).listen(${port}, '127.0.0.1');`

export interface FakeOptions {
  readonly name?: string
  readonly order?: StopOrder
  readonly graceSeconds?: number
  /** Runs before it answers. */
  readonly script?: string
  readonly restart?: EngineSpec['restart']
}

export function fakeEngine(
  port: number,
  { name = 'etcd', order = 0, graceSeconds = 2, script = '', restart = 'never' }: FakeOptions = {},
): EngineSpec {
  return {
    id: `cluster/virginia/${name}`,
    name: 'etcd',
    owner: { kind: 'cluster', name: 'virginia' },
    binary: 'node',
    args: ['-e', `${script};${answering(port)}`],
    env: {},
    ports: { http: port },
    files: [],
    ready: { kind: 'http', port, path: '/', status: 200 },
    needs: [],
    stop: { order, graceSeconds },
    restart,
  }
}
