// The world outside the clusters, a process of our own: links, front doors, name servers, audiences, repositories. What it is to be is sent
// to it once it runs, so that it goes on when that changes.

import { join } from 'node:path'
import type { EngineSpec, Owner } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'

export interface OutsideEngine {
  /** Of the fleet. */
  readonly owner: Owner
  readonly ports: Readonly<Record<string, number>>
  /** The state folder. */
  readonly folder: string
  /** The program that Node runs. */
  readonly program: string
  /** Of the program: another one is started anew. */
  readonly version: string
}

export const outsideId = (owner: Owner): string => engineId(owner, 'outside')

/** Who has what is in this file may tell that process what to do. */
export const outsideTokenPath = (folder: string): string => join(folder, 'outside', 'token')

export const outside = ({ owner, ports, folder, program, version }: OutsideEngine): EngineSpec => ({
  id: outsideId(owner),
  name: 'outside',
  owner,
  binary: 'node',
  args: [program, `--control=${ports.control ?? 0}`, `--token=${outsideTokenPath(folder)}`],
  env: { SKERRY_OUTSIDE: version },
  ports,
  files: [],
  ready: { kind: 'http', port: ports.control ?? 0, path: '/healthz', status: 200 },
  needs: [],
  stop: { order: stopOrder.outside, graceSeconds: 3 },
  restart: 'whileStarting',
})
