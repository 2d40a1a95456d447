// skerry as people type it, from `dist/`, for tests that follow a story from the command line to what is left on the machine.

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { DrillResult } from '../../../drill/result.ts'
import type { Machine } from './machine.case.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
export const example = (name: string): string => `${root}examples/${name}`

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export function skerry(
  here: Pick<Machine, 'env' | 'root'>,
  words: readonly string[],
  started: (child: ChildProcess) => void = () => undefined,
): Promise<Ran> {
  const child = spawn(process.execPath, [`${root}dist/cli.js`, ...words], { env: here.env, cwd: here.root })
  let [out, err] = ['', '']
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString('utf8')
  })
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString('utf8')
  })
  started(child)
  return new Promise<Ran>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

export function drilled({ out, err }: Ran): DrillResult {
  const [result] = (out === '' ? { drills: [] } : (JSON.parse(out) as { drills: readonly DrillResult[] })).drills
  if (result === undefined) throw new Error(`no result: ${err}`)
  return result
}

/** A line for each expectation that failed, with what was seen instead. */
export const failedOf = ({ expectations }: DrillResult): readonly string[] =>
  expectations.flatMap(({ claim, passed, shown }) => (passed ? [] : [`${claim}: ${shown.seen}`]))

/** Every second has a name, and goes back to the fault. */
export function expectNamed({ timeline }: DrillResult): void {
  for (const { seconds, segments, fault } of timeline.recoveries) {
    if (seconds === undefined) continue
    expect(segments.reduce((sum, one) => sum + one.seconds, 0)).toBeCloseTo(seconds, 0)
    expect(timeline.events[fault]?.cause).toBeUndefined()
  }
  timeline.events.forEach(({ id, at, cause }, index) => {
    expect(id).toBe(index)
    expect(at).toBeGreaterThanOrEqual(timeline.events[index - 1]?.at ?? 0)
    if (cause !== undefined) expect(cause).toBeLessThan(id)
  })
}
