// skerry plan: the steps, in order, and what changes against what was there.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Observed, Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import type { ExitCode } from '../exit.ts'
import { exit } from '../exit.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { writeWhole } from '../write-whole.ts'

interface Options {
  readonly output: 'text' | 'markdown' | 'json'
  readonly against?: string
  readonly save?: string
  readonly out?: string
  readonly verify?: string
  readonly render?: string
  readonly deliver?: string
  readonly branch?: string
  readonly force?: boolean
  readonly backward?: boolean
  readonly policy?: boolean
  readonly exitCode?: boolean
}

type Skerry = typeof import('../../index.ts')

export const plan: Verb<Options> = async (shell, inputs, options) => {
  const part = (['save', 'out', 'verify', 'deliver'] as const).find((name) => options[name] !== undefined)
  if (shell.narrowed && part !== undefined)
    throw new Refusal(
      'usage',
      `--${part} is for the whole plan: a part of it could not be told from the whole`,
      `leave out --${part}, or -l, --site and --class`,
    )
  refuseTogether(options)
  const fleet = await shell.whole(inputs)
  if (options.out !== undefined) keepHeapSmall()
  const skerry = await import('../../index.ts')
  // files say what is declared, whatever was there before: the same fleet always gives the same bytes
  const declared = skerry.plan(fleet)
  const whole =
    options.against === undefined ? declared : skerry.plan(fleet, await observed(skerry, shell, options.against))
  if (options.render !== undefined) return literal(skerry, shell, declared, options.render, options)
  if (options.policy === true) return policies(skerry, shell, declared)
  if (options.verify !== undefined) return verified(skerry, shell, declared, options.verify)
  // the whole is planned and then narrowed: else all that was left out would look removed
  const made = shell.narrowed ? skerry.narrowPlan(whole, await shell.narrow(fleet)) : whole
  const errors = skerry.check(fleet, shell.today).filter((it) => it.severity === 'error' && it.accepted === undefined)
  if (errors.length > 0 && (options.out ?? options.deliver) !== undefined)
    throw new Refusal(
      'refused',
      `check finds ${errors.length} error${errors.length === 1 ? '' : 's'}: nothing was written`,
      'skerry check says what they are, and how to accept one with a reason',
    )
  shell.terminal.answer(rendered(skerry, made, options))
  if (errors.length > 0)
    shell.terminal.say(
      `check finds ${errors.length} error${errors.length === 1 ? '' : 's'}: this plan cannot be carried out as it is\n  next  skerry check`,
    )
  if (options.save !== undefined) {
    writeWhole(options.save, skerry.savePlan(made))
    shell.terminal.say(`Wrote ${options.save}.`)
  }
  if (options.out !== undefined) written(skerry, shell, declared, options.out, options)
  if (options.deliver !== undefined) delivered(skerry, shell, declared, options.deliver, options)
  const changes = made.steps.some((step) => step.change !== 'keep')
  return options.exitCode === true && changes ? exit.changes : exit.done
}

/** The literal objects of one site: on standard output for a look, or into a folder for whoever applies plain files. */
function literal(skerry: Skerry, shell: Shell, whole: Plan, site: string, { out, force }: Options): ExitCode {
  if (!whole.fleet.sites.some(({ name }) => name === site))
    throw new Refusal('usage', `the fleet has no site ${site}`, 'skerry plan names the sites')
  const files = skerry.render(whole, site)
  if (out === undefined) {
    shell.terminal.answer(files.map(({ path, text }) => `# ${path}\n${text.trimEnd()}`).join('\n---\n'))
    return exit.done
  }
  // a folder for each site: another site's files, and an output of the whole fleet, stay as they are
  const folder = join(out, site)
  const inside = files.map(({ path, text }) => ({
    path: path.startsWith(`${site}/`) ? path.slice(site.length + 1) : path,
    text,
  }))
  shell.terminal.say(skerry.deliveredText(skerry.deliverToFolder(folder, inside, force), folder))
  return exit.done
}

/** As a program reads them: `jq '.[0].document'` is a file for `aws iam create-policy`. */
function policies(skerry: Skerry, shell: Shell, whole: Plan): ExitCode {
  const made = skerry.deployPolicy(whole)
  shell.terminal.answer(JSON.stringify(made, undefined, 2))
  shell.terminal.say(
    made.length === 0
      ? 'The fleet has no stack of AWS: nothing is to be allowed.'
      : `${made.length === 1 ? 'One policy' : `${made.length} policies`}, to be attached to the role that deploys${made.some((it) => it.for === 'drill') ? '; those named …-drill only for skerry drill --on real' : ''}.\n  next  aws iam create-policy --policy-name ${made[0]?.name} --policy-document file://…`,
  )
  return exit.done
}

/** `--verify` and `--render` only look: beside them what would write is not silently left out. */
function refuseTogether(options: Options): void {
  const looking = (['verify', 'render'] as const).find((name) => options[name] !== undefined)
  if (looking === undefined) return
  const writing = (['save', 'out', 'deliver', 'render'] as const).find(
    (name) => name !== looking && options[name] !== undefined && !(looking === 'render' && name === 'out'),
  )
  if (writing !== undefined)
    throw new Refusal('usage', `--${looking} and --${writing} are two commands`, 'type one after the other')
}

function verified(skerry: Skerry, shell: Shell, made: Plan, folder: string) {
  const comparison = skerry.compareFolder(folder, skerry.artefacts(made))
  const { added, changed, removed, foreign, byHand } = comparison
  const isSame = [added, changed, removed, foreign, byHand].every((paths) => paths.length === 0)
  shell.terminal.answer(skerry.comparisonText(comparison, folder))
  if (!isSame) shell.terminal.say(`  next  skerry plan --out ${folder}`)
  return isSame ? exit.done : exit.found
}

function written(skerry: Skerry, shell: Shell, made: Plan, folder: string, { force }: Options): void {
  const comparison = skerry.deliverToFolder(folder, skerry.artefacts(made), force)
  skerry.writePlanRecord(folder, skerry.savePlan(made))
  shell.terminal.say(skerry.deliveredText(comparison, folder))
  shell.terminal.say(`  next  read ${folder}/RUNBOOK.md`)
}

function delivered(skerry: Skerry, shell: Shell, made: Plan, repository: string, { branch, force }: Options): void {
  const { gitops, name } = made.fleet
  if (gitops === undefined)
    throw new Refusal(
      'usage',
      'the fleet has no gitops: there is no repository to deliver to',
      'declare gitops, or use --out',
    )
  // the folder of a fleet in a repository that it shares is a delivery of its own, with its own list of files
  const under = gitops.path?.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, '') || undefined
  const inside = under === undefined ? 'gitops/' : `gitops/${under}/`
  const files = skerry
    .artefacts(made)
    .flatMap(({ path, text }) => (path.startsWith(inside) ? [{ path: path.slice(inside.length), text }] : []))
  const onto = gitops.deliver === 'push' ? gitops.branch : (branch ?? `skerry/${name}`)
  const result = skerry.deliverToBranch(files, {
    repository,
    ...(under === undefined ? {} : { under }),
    base: gitops.branch,
    branch: onto,
    message: `Fleet ${name}`,
    ...(force === undefined ? {} : { force }),
  })
  shell.terminal.say(
    skerry.deliveredText(result, `${repository}, branch ${result.commit === undefined ? gitops.branch : onto}`),
  )
  if (result.commit !== undefined)
    shell.terminal.say(
      `  next  git -C ${repository} push ${result.replaced ? '--force-with-lease ' : ''}origin ${onto}${gitops.deliver === 'pullRequest' && onto !== gitops.branch ? `, and open a pull request against ${gitops.branch}` : ''}`,
    )
}

async function observed(skerry: Skerry, shell: Shell, path: string): Promise<Observed> {
  if (!existsSync(path))
    throw new Refusal(
      'usage',
      `there is no ${path}`,
      'name a plan written by --save, an output written by --out, or an earlier fleet',
    )
  const folder = statSync(path).isDirectory()
  const record = folder ? skerry.readPlanRecord(path) : undefined
  if (record !== undefined) return skerry.readObserved(JSON.parse(record))
  if (folder || !path.endsWith('.json')) return skerry.observedFrom(skerry.plan(await shell.whole([path])))
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
