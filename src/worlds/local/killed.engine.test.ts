// skerry killed in the middle of up and of down, on real engines: the next command goes on, or cleans up, whatever the moment was.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { drawFrom } from '../../../test/schedule/draw.ts'
import { plan, readFleet } from '../../index.ts'
import { down } from './down.ts'
import { status } from './status.ts'
import { bringUp, takeDown } from './testing/brought-up.case.ts'
import type { Machine } from './testing/machine.case.ts'
import { controlPlaneEngines, hasEngines, karmadaEngines, machine, processesOf } from './testing/machine.case.ts'

const source = fileURLToPath(new URL('../../../examples/federation', import.meta.url))
const drive = fileURLToPath(new URL('testing/drive.case.ts', import.meta.url))
const seed = Number(process.env.SKERRY_SEED ?? 7)
const minute = 60_000
const now = () => new Date()
const say = () => undefined

let here: Machine
beforeEach(needs('the engines', () => hasEngines([...controlPlaneEngines, ...karmadaEngines])))
beforeEach(() => {
  here = machine('federation', source)
})
afterEach(() => takeDown(here), minute)

/** Runs the verb in a process of its own and kills it so many milliseconds after its first word; false where it had ended before. */
function killedAfter(ms: number, verb: 'up' | 'down', only: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', drive, verb, source, here.folder, ...only], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code === null))
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), ms))
  })
}

const upAgain = async (only: readonly string[]) => bringUp(here, plan(await readFleet([source])), { only })

const draw = drawFrom(seed)
const drawn = (count: number, below: number): readonly number[] =>
  Array.from({ length: count }, () => draw.int(0, below))

test(
  'a control plane: killed at five moments of up, the next up goes on from there; killed at three of down, the next down ends it',
  async () => {
    const moments = drawn(5, 4_000)
    console.info(`seed ${seed}: killed ${moments.join(', ')} ms after the first step`)
    for (const moment of moments) {
      await killedAfter(moment, 'up', ['virginia'])
      // each process is in the state, or found by its token: none is unnamed
      const named = Object.values((await status(here.folder, now))?.engines ?? [])
      expect(named.length).toBeLessThanOrEqual(6)
    }
    const report = await upAgain(['virginia'])
    expect(report.started + report.kept).toBe(6)
    expect(processesOf(here.root)).toHaveLength(6)
    const seen = await status(here.folder, now)
    expect([seen?.up, seen?.cutOffAt, seen?.clusters]).toMatchObject([
      'done',
      [],
      [{ name: 'virginia', expected: 4, nodes: 4, ready: 4 }],
    ])

    for (const moment of drawn(3, 1_200)) {
      await upAgain(['virginia'])
      await killedAfter(moment, 'down', [])
      await down({ folder: here.folder, say, now })
      expect(processesOf(here.root)).toEqual([])
      expect(existsSync(here.folder)).toBe(false)
    }
  },
  8 * minute,
)

test(
  'a federation: killed in the middle of up, down leaves nothing; killed again, up makes it whole',
  async () => {
    const only = ['parent', 'virginia', 'oregon']
    const [first = 0, second = 0] = drawn(2, 12_000)
    console.info(`seed ${seed}: killed ${first} and ${second} ms after the first step`)
    await killedAfter(first, 'up', only)
    await down({ folder: here.folder, say, now })
    expect(processesOf(here.root)).toEqual([])
    expect(existsSync(here.folder)).toBe(false)

    await killedAfter(second, 'up', only)
    const report = await upAgain(only)
    expect(report.started + report.kept).toBe(18)
    expect(processesOf(here.root)).toHaveLength(18)
    const seen = await status(here.folder, now)
    expect(seen?.federations[0]?.members?.map(({ ready }) => ready)).toEqual([true, true])
  },
  6 * minute,
)
