// One repetition after the other: the example is brought up with real engines, the drill is run, and what was seen is kept. What is not at
// rest any more, since Karmada moves nothing back by itself, is brought up anew.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Fleet } from '../../src/index.ts'
import { plan, readFleet, runLive } from '../../src/index.ts'
import type { Engines } from '../../src/worlds/local/binaries.ts'
import { enginesOfMachine } from '../../src/worlds/local/binaries.ts'
import { foldersAt, localWorldFor, readState, templateUids } from '../../src/worlds/local/index.ts'
import type { LocalWorld } from '../../src/worlds/local/world.ts'
import type { Measured } from './list.ts'
import { nameOf } from './list.ts'
import type { Raw } from './record.ts'
import { fluxText } from './record.ts'

const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
export function folderOfExample(example: string): string {
  const own = fileURLToPath(new URL(example, import.meta.url))
  return existsSync(own) ? own : fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
}

export async function measure(it: Measured, version: string, say: (line: string) => void): Promise<Raw> {
  const source = folderOfExample(it.example)
  const fleet = await readFleet([source])
  const drill = fleet.drills.find(({ name }) => name === it.drill)
  if (drill === undefined) throw new Error(`${it.example} has no drill ${it.drill}`)
  // Karmada moves nothing back by itself, so that the drill before may have left replicas elsewhere
  if (fleet.federations.length > 0) takeDown(source)
  bringUp(it, source, say)
  const [folder] = foldersAt(process.env, source)
  if (folder === undefined) throw new Error('nothing runs')
  const engines = enginesOfMachine(process.env)
  const powerDns = powerDnsIn(folder, engines)
  if (it.example === 'two-floors' && powerDns === undefined)
    throw new Error('PowerDNS is not here: apt-get install pdns-server pdns-backend-bind')
  const made = plan(fleet)
  const uids = await templateUids(made, folder)
  const world = await localWorldFor({ plan: made, drill, folder, engines, skerry: version, say })
  let told = ''
  try {
    // its checks go on from drill to drill, and are to be at another moment each time
    if (powerDns !== undefined) await atSomeMoment(world)
    const result = await runLive(made, drill, world, {
      ...{ skerry: version, speed: world.speed, pause: (milliseconds) => pause(milliseconds) },
      tell: (now) => {
        if (now.phase !== told) say(`  ${now.phase}`)
        told = now.phase
      },
    })
    return {
      ...it,
      timeline: result.timeline,
      endedAt: result.live?.endedAt ?? result.timeline.length,
      uids,
      expectationsHeld: result.expectations.every(({ passed }) => passed),
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      engines: enginesText(fleet, engines.versions, powerDns),
    }
  } finally {
    await world.close()
  }
}

const enginesText = (
  fleet: Fleet,
  { kubernetes, karmada }: { readonly kubernetes: string; readonly karmada: string },
  powerDns: string | undefined,
): string =>
  [
    `Kubernetes ${kubernetes}`,
    ...(fleet.federations.length > 0 ? [`Karmada ${karmada}`] : []),
    ...(fleet.gitops === undefined ? [] : [fluxText]),
    ...(powerDns === undefined ? [] : [`PowerDNS ${powerDns}`]),
  ].join(', ')

async function atSomeMoment(world: LocalWorld): Promise<void> {
  for (let looks = 0; looks < 120 && (await world.unrest(true)).length > 0; looks += 1) await pause(1_000)
  await pause(Math.random() * 10_000)
}

/** Of the PowerDNS that answers for names of the fleet, where one does. */
function powerDnsIn(folder: string, { powerDnsVersion }: Engines): string | undefined {
  const runs = Object.values(readState(folder)?.engines ?? {}).some(({ name }) => name === 'powerdns')
  return runs ? powerDnsVersion?.() : undefined
}

/** As it should be at its speed: what runs otherwise is taken down first. */
function bringUp(it: Measured, source: string, say: (line: string) => void): void {
  const [folder] = foldersAt(process.env, source)
  const state = folder === undefined ? undefined : readState(folder)
  if (state !== undefined && (state.speed ?? 1) !== it.speed) takeDown(source)
  const { status, stderr } = skerry('up', '-f', source, '--speed', String(it.speed))
  if (status === 0) return
  say(`  ${nameOf(it)}: up again from the beginning: ${lastLines(stderr)}`)
  takeDown(source)
  const again = skerry('up', '-f', source, '--speed', String(it.speed))
  if (again.status !== 0) throw new Error(`up does not come to its end: ${lastLines(again.stderr)}`)
}

export function takeDown(source: string): void {
  const { status, stderr } = skerry('down', '-f', source)
  if (status !== 0 && status !== 2) throw new Error(`down does not come to its end: ${lastLines(stderr)}`)
}

const skerry = (...words: readonly string[]) =>
  spawnSync(process.execPath, [command, ...words], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ')
