// skerry drill NAME --on local: the drill on the engines of this machine. Whatever ends it, everything is given back first.

import { setTimeout as pause } from 'node:timers/promises'
import type { DrillResult, LiveDrills, LiveProgress } from '../../index.ts'
import type { Fleet } from '../../model/fleet.ts'
import type { Shell } from '../command.ts'
import { onInterrupt } from '../interrupt.ts'
import type { FleetOptions } from '../shell.ts'
import { folderHere, nothingHere } from './local.ts'

export async function drillsOnLocal(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  options: FleetOptions,
): Promise<LiveDrills> {
  const skerry = await import('../../index.ts')
  const local = await skerry.localWorld()
  const { folder, state } = await broughtUp()
  local.requireUnchanged(skerry.fleetDigest(fleet), state)
  const ended = new AbortController()
  onInterrupt(() => ended.abort())
  const plan = skerry.plan(fleet)
  return skerry.oneByOne(drills, drilled)

  async function broughtUp() {
    const folder = await folderHere(shell, [], options)
    const state = folder === undefined ? undefined : local.readState(folder)
    if (folder === undefined || state === undefined) throw nothingHere('skerry up --speed 10')
    return { folder, state }
  }

  async function drilled(drill: Fleet['drills'][number], index: number): Promise<DrillResult> {
    local.requireRunning(drill, skerry.clustersNeeded(fleet, drill), state)
    const progress = shell.terminal.progress()
    const which = drills.length === 1 ? '' : `, drill ${index + 1} of ${drills.length}`
    const world = await local.localWorldFor({
      ...{ plan, drill, folder, skerry: shell.version, signal: ended.signal },
      engines: local.enginesOfMachine(shell.env),
      say: (line) => {
        progress.over()
        shell.terminal.say(line)
      },
    })
    try {
      return await skerry.runLive(plan, drill, world, {
        skerry: shell.version,
        speed: world.speed,
        uids: await local.templateUids(plan, folder),
        signal: ended.signal,
        pause: (milliseconds) => pause(milliseconds),
        tell: (now) => progress.tell(`${drill.name}: ${textOf(now)}${which}`),
      })
    } finally {
      progress.over()
      await world.close()
    }
  }

  function textOf(now: LiveProgress): string {
    switch (now.phase) {
      case 'resting':
        return `waiting until the fleet is at rest: ${skerry.waitingText(now.waitingFor)}`
      case 'healing':
        return 'giving everything back'
      default: {
        const waiting = skerry.waitingText(now.waitingFor)
        return `${clock(now.at)} of ${clock(now.of)}  ${now.last?.text ?? ''}${waiting === '' ? '' : `  (waiting: ${waiting})`}`
      }
    }
  }
}

const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
