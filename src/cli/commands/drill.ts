// skerry drill: break it, measure, judge.

import { distance } from 'fastest-levenshtein'
import type { DrillResult, LiveDrills } from '../../index.ts'
import type { Fleet } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import type { ExitCode } from '../exit.ts'
import { exit } from '../exit.ts'
import { inTurns } from '../progress.ts'
import type { FleetOptions } from '../shell.ts'
import { writeWhole } from '../write-whole.ts'
import { compared, requireTwinAndLocal } from './drill-compare.ts'
import { drillsOnLocal } from './drill-live.ts'
import { drillsOnReal } from './drill-real.ts'

interface Options extends FleetOptions {
  readonly output: 'text' | 'json' | 'junit'
  readonly on: 'twin' | 'local' | 'real'
  readonly seed?: string
  readonly runs?: string
  readonly all?: boolean
  readonly list?: boolean
  readonly save?: string
  readonly compare?: string
  readonly yes?: boolean
  readonly protectOff?: readonly string[]
  readonly ledger?: string
}

export const drill: Verb<Options> = async (shell, [name], given) => {
  // what is compared is measured on the engines
  const options: Options = given.compare === undefined ? given : { ...given, on: 'local' }
  if (options.compare !== undefined) requireTwinAndLocal(options.compare)
  refuseWhatDoesNotGoTogether(options)
  const runs = Number(options.runs ?? 64)
  if (!Number.isInteger(runs) || runs < 0 || runs > 10_000)
    throw new Refusal(
      'usage',
      `--runs takes a whole number from 0 to 10000, not ${options.runs}`,
      'leave it out for 64',
    )
  // on engines what was brought up runs, however much of it is asked for
  const fleet = await (options.on === 'twin' ? shell.fleet([]) : shell.whole([]))
  if (options.list === true) {
    shell.terminal.answer(
      fleet.drills.length === 0
        ? noDrills(fleet)
        : fleet.drills.map((it) => `${it.name.padEnd(34)}${it.metadata.description ?? ''}`.trimEnd()).join('\n'),
    )
    return exit.done
  }
  if (name === undefined && options.all !== true) {
    if (options.on === 'twin') return everySingleLoss(shell, fleet, options)
    throw new Refusal(
      'usage',
      'every single loss is for the twin: on real engines it would take days',
      `name a drill, or --all: skerry drill ${fleet.drills[0]?.name ?? 'NAME'} --on local`,
    )
  }
  return named(shell, fleet, options.all === true ? fleet.drills : [find(fleet, name ?? '')], options, runs)
}

async function named(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  options: Options,
  runs: number,
): Promise<ExitCode> {
  const { results, interrupted, failure }: LiveDrills =
    options.on === 'local'
      ? await drillsOnLocal(shell, fleet, drills, options)
      : options.on === 'real'
        ? await drillsOnReal(shell, fleet, drills, options)
        : { results: await drillsOnTwin(shell, fleet, drills, options, runs) }
  const whole = failure === undefined && interrupted === undefined
  const code = whole || results.length > 0 ? await answered(shell, fleet, drills, results, options) : exit.done
  if (failure !== undefined) throw failure
  if (interrupted === undefined) return code
  shell.terminal.say(interrupted.message)
  return exit.interrupted
}

/** Told, and judged. */
async function answered(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  results: readonly DrillResult[],
  options: Options,
): Promise<ExitCode> {
  const skerry = await import('../../index.ts')
  const comparisons = options.compare === undefined ? [] : await compared(shell, fleet, drills, results, options)
  const view = { columns: shell.terminal.columns, unicode: shell.terminal.unicode }
  const rendered = {
    text: () =>
      [
        ...results.map((result) => skerry.drillText(result, view)),
        ...comparisons.map((comparison) => skerry.drillComparisonText(comparison, view)),
      ].join('\n\n'),
    json: () => (comparisons.length > 0 ? skerry.drillComparisonJson(comparisons) : skerry.drillJson(results)),
    junit: () => skerry.drillJunit(results),
  }
  shell.terminal.answer(await rendered[options.output]())
  if (options.save !== undefined && results[0] !== undefined) {
    writeWhole(options.save, skerry.writeTimeline(results[0].timeline))
    shell.terminal.say(`Wrote the timeline to ${options.save}.`)
  }
  if (results.some((result) => result.violations.length > 0)) {
    shell.terminal.say('skerry: a bug of ours: a judge of the twin objects to a run (see violations in -o json)')
    return exit.bug
  }
  return results.every((result) => result.ok) && comparisons.every(({ verdict }) => verdict !== 'differs')
    ? exit.done
    : exit.found
}

async function drillsOnTwin(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  { seed }: Options,
  runs: number,
): Promise<readonly DrillResult[]> {
  const skerry = await import('../../index.ts')
  const plan = skerry.plan(fleet)
  const results: DrillResult[] = []
  for (const it of drills) {
    const running = skerry.drillInRuns(plan, it, {
      runs,
      skerry: shell.version,
      ...(seed === undefined ? {} : { seed }),
    })
    const which = drills.length === 1 ? '' : `, drill ${results.length + 1} of ${drills.length}`
    results.push(
      await inTurns(running, shell.terminal.progress(), ({ done, of }) => `${it.name}: ${done} of ${of} runs${which}`),
    )
  }
  return results
}

async function everySingleLoss(shell: Shell, fleet: Fleet, options: Options): Promise<ExitCode> {
  const skerry = await import('../../index.ts')
  const running = skerry.everySingleLossInRuns(skerry.plan(fleet), { skerry: shell.version })
  const report = await inTurns(
    running,
    shell.terminal.progress(),
    ({ done, of }) => `every single loss: ${done} of ${of} runs`,
  )
  const rendered = {
    text: () => skerry.singleLossText(report, { columns: shell.terminal.columns }),
    json: () => skerry.singleLossJson(report),
    junit: () => skerry.drillJunit(report.rows.map((row) => row.result)),
  }
  shell.terminal.answer(await rendered[options.output]())
  return report.ok ? exit.done : exit.found
}

function find(fleet: Fleet, name: string): Fleet['drills'][number] {
  const found = fleet.drills.find((it) => it.name === name)
  if (found !== undefined) return found
  if (fleet.drills.length === 0)
    throw new Refusal(
      'usage',
      `there is no drill ${name}: ${noDrills(fleet)}`,
      'write one (docs/guides/drills.md), or run every single loss: skerry drill',
    )
  const [nearest] = fleet.drills.map((it) => it.name).sort((a, b) => distance(a, name) - distance(b, name))
  throw new Refusal(
    'usage',
    `there is no drill ${name}`,
    `did you mean ${nearest}? skerry drill --list shows all ${fleet.drills.length}`,
  )
}

function noDrills(fleet: Fleet): string {
  return `the fleet ${fleet.name} declares no drill`
}

function refuseWhatDoesNotGoTogether({ on, seed, runs, all, save }: Options): void {
  if (all === true && save !== undefined)
    throw new Refusal(
      'usage',
      '--save takes the timeline of one drill, and --all runs every one',
      'name the drill; or take the timelines of all from -o json',
    )
  const chance = seed !== undefined ? '--seed' : runs !== undefined ? '--runs' : undefined
  if (on !== 'twin' && chance !== undefined)
    throw new Refusal(
      'usage',
      `${chance} is for the twin: on real engines a drill is measured once, with the phases that they happen to have`,
      `leave ${chance} out; the forecast beside what is measured is made of runs of the twin anyway`,
    )
}
