// skerry drill NAME --on real: the drill by real means, for real users. What it takes away, what that risks and costs is said first, and
// somebody must say yes; whatever ends it, everything is given back first.

import { setTimeout as pause } from 'node:timers/promises'
import type { DrillResult, LiveDrills } from '../../index.ts'
import type { Fleet } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import { drillQuestion } from '../../report/real-drill-text.ts'
import type { Shell } from '../command.ts'
import { consentOf } from '../consent.ts'
import { onInterrupt } from '../interrupt.ts'
import type { FleetOptions } from '../shell.ts'
import { sourceOf } from './local.ts'
import { ledgerOf } from './of-world.ts'

interface Options extends FleetOptions {
  readonly yes?: boolean
  readonly protectOff?: readonly string[]
  readonly ledger?: string
}

/** A fleet on real places answers within minutes, not seconds. */
const restSeconds = 600

export async function drillsOnReal(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  options: Options,
): Promise<LiveDrills> {
  const skerry = await import('../../index.ts')
  const real = await skerry.realWorld()
  const plan = skerry.plan(fleet)
  const folder = real.realFolderOf(shell.env, fleet.name, sourceOf(shell, [], options))
  const ground = real.groundToLook({ plan, env: shell.env, folder, role: 'deploy' })
  const ledger = ledgerOf(shell, options)
  const ended = new AbortController()
  const over = onInterrupt(() => ended.abort())
  const say = (line: string): void => shell.terminal.say(line)
  try {
    const letGo = await real.heldForDrill(ground, ledger)
    try {
      await real.giveBackLeft(ground, say, { wholly: true, ...(ledger !== undefined && { ledger }) })
      return await skerry.oneByOne(drills, drilled)
    } finally {
      await letGo()
    }
  } finally {
    over()
    ground.close()
  }

  async function drilled(drill: Fleet['drills'][number]): Promise<DrillResult> {
    await agreed(drill)
    const progress = shell.terminal.progress()
    const world = real.realDrillWorld({
      ...{ ground, drill, skerry: shell.version, length: skerry.lengthOf(fleet, drill).seconds },
      ...(ledger !== undefined && { ledger }),
      say: (line) => {
        progress.over()
        say(line)
      },
    })
    try {
      return await skerry.runLive(plan, drill, world, {
        ...{ skerry: shell.version, signal: ended.signal, restSeconds },
        pause: (milliseconds) => pause(milliseconds),
        tell: (now) =>
          progress.tell(
            now.phase === 'resting'
              ? `${drill.name}: waiting until the fleet is at rest: ${skerry.waitingText(now.waitingFor)}`
              : now.phase === 'healing'
                ? `${drill.name}: giving everything back`
                : `${drill.name}: ${Math.floor(now.at)} of ${now.of} s  ${now.last?.text ?? ''}`,
          ),
      })
    } finally {
      progress.over()
      await world.close()
    }
  }

  async function agreed(drill: Fleet['drills'][number]): Promise<void> {
    const all = real.meansOfDrill(ground, drill)
    const means = all.flatMap(({ means: one }) => (one.kind === 'means' ? [one.means] : []))
    const refused = all.flatMap(({ means: one }) => (one.kind === 'notHere' ? [one.why] : []))
    if (means.length === 0)
      throw new Refusal(
        'refused',
        `nothing of the drill ${drill.name} can be done by real means: ${refused[0] ?? 'it takes nothing away'}`,
        `the twin does it: skerry drill ${drill.name}`,
        refused.map((message) => ({ message })),
      )
    const consent = consentOf(shell, options, { signal: ended.signal })
    const question = drillQuestion({
      ...{ fleet: fleet.name, drill: drill.name, seconds: skerry.lengthOf(fleet, drill).seconds },
      ...{ all, riskOf: real.riskOf, journal: real.journalIn(ground, ledger) },
    })
    if (!(await consent.yes(question)))
      throw new Refusal('refused', 'nothing was taken away', 'the twin forecasts it for nothing: leave --on real out')
    for (const site of real.protectedSites(plan, means))
      if (!(await consent.named(site, `${site} is marked protected, and the drill takes something away there.`)))
        throw new Refusal(
          'refused',
          `${site} is protected, and its name was not typed: nothing was taken away`,
          `if it is meant: --protect-off ${site}`,
        )
  }
}
