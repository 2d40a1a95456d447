// skerry plan: the steps, in order, and what changes against what was there.

import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Observed, Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'
import { writeWhole } from '../write-whole.ts'

interface Options {
  readonly output: 'text' | 'markdown' | 'json'
  readonly against?: string
  readonly save?: string
  readonly backward?: boolean
  readonly exitCode?: boolean
}

type Skerry = typeof import('../../index.ts')

export const plan: Verb<Options> = async (shell, inputs, options) => {
  if (shell.narrowed && options.save !== undefined)
    throw new Refusal(
      'usage',
      'a part of a plan is not saved: it could not be told from the whole',
      'leave out --save, or -l, --site and --class',
    )
  const fleet = await shell.whole(inputs)
  const skerry = await import('../../index.ts')
  const whole = skerry.plan(
    fleet,
    options.against === undefined ? undefined : await observed(skerry, shell, options.against),
  )
  // the whole is planned and then narrowed: else all that was left out would look removed
  const made = shell.narrowed ? skerry.narrowPlan(whole, await shell.narrow(fleet)) : whole
  shell.terminal.answer(rendered(skerry, made, options))
  const errors = skerry.check(fleet, shell.today).filter((it) => it.severity === 'error' && it.accepted === undefined)
  if (errors.length > 0)
    shell.terminal.say(
      `check finds ${errors.length} error${errors.length === 1 ? '' : 's'}: this plan cannot be carried out as it is\n  next  skerry check`,
    )
  if (options.save !== undefined) {
    writeWhole(options.save, skerry.savePlan(made))
    shell.terminal.say(`Wrote ${options.save}.`)
  }
  const changes = made.steps.some((step) => step.change !== 'keep')
  return options.exitCode === true && changes ? exit.changes : exit.done
}

async function observed(skerry: Skerry, shell: Shell, path: string): Promise<Observed> {
  if (!existsSync(path))
    throw new Refusal('usage', `there is no ${path}`, 'name a plan written by --save, or an earlier fleet')
  if (statSync(path).isDirectory() || !path.endsWith('.json'))
    return skerry.observedFrom(skerry.plan(await shell.whole([path])))
  try {
    return skerry.readObserved(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      'input',
      `${path} is no JSON: ${(error as Error).message}`,
      'name a plan written by skerry plan --save',
    )
  }
}

function rendered(skerry: Skerry, made: Plan, { output, backward }: Options): string {
  switch (output) {
    case 'text':
      return backward === true ? skerry.planBackwardText(made) : skerry.planText(made)
    case 'markdown':
      return skerry.planMarkdown(made)
    case 'json':
      return skerry.planJson(made)
  }
}
