// RUNBOOK.md: the plan for somebody with a terminal. Before, create, verify, drill, upgrade, clean up; each step with the commands to
// type, in the order of the plan. Thousands that are alike stand there once, so that the page grows with shapes.

import { durationText } from '../../model/duration.ts'
import type { Fleet } from '../../model/fleet.ts'
import type { IntentValue, Plan, PlannedStep, UndoStep } from '../../model/plan.ts'
import type { Belongings } from '../../plan/groups.ts'
import { belongingsOf, groupTitle, stepGroups, undoGroups, undoTitle } from '../../plan/groups.ts'
import type { Artefact } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { fleetValuesOf } from '../flux/flux.ts'
import { repositoryOf, topFolder } from '../flux/layout.ts'
import { partitionOf } from '../partition.ts'
import type { ChartInstall } from '../without-flux.ts'
import { instructionsFor } from './commands.ts'
import { byHand } from './drills.ts'
import type { Written } from './instructions.ts'
import { toolsFor } from './tools.ts'
import { undoCommands } from './undo.ts'
import { upgradeParts } from './upgrade.ts'

export function runbookFiles(
  plan: Plan,
  bundles: readonly Bundle[],
  installs: readonly ChartInstall[],
): readonly Artefact[] {
  return [
    {
      path: 'RUNBOOK.md',
      text: runbook(plan, {
        installs,
        folderOf: foldersOf(plan, bundles),
        folderOfBundle: bundleFolders(plan, bundles),
        filledIn: valuesOfFolders(plan, bundles),
        valuesOf: (cluster) => fleetValuesOf(bundles, cluster),
      }),
    },
  ]
}

/** The folder to apply for an app at a site or in a federation. */
function foldersOf(plan: Plan, bundles: readonly Bundle[]): Written['folderOf'] {
  const repository = repositoryOf(plan, bundles)
  const isOf = (bundle: Bundle, app: string) => bundle.name === app || bundle.name.startsWith(`${app}-`)
  return (app, where) => {
    const found = bundles
      .filter((bundle) => bundle.layer === 'apps' && isOf(bundle, app))
      .sort((a, b) => a.name.length - b.name.length)
      .flatMap((bundle) =>
        bundle.targets
          .filter(({ site, federation }) => (federation ?? site) === where)
          .map((target) => ({ bundle, target })),
      )[0]
    return found === undefined
      ? undefined
      : `gitops/${repository.within(topFolder(found.bundle), repository.overlayFolder(found.bundle, found.target))}`
  }
}

function valuesOfFolders(plan: Plan, bundles: readonly Bundle[]): Written['filledIn'] {
  const repository = repositoryOf(plan, bundles)
  const values = new Map<string, Readonly<Record<string, string>>>()
  for (const bundle of bundles)
    for (const target of bundle.targets) {
      const folder = `gitops/${repository.within(topFolder(bundle), repository.overlayFolder(bundle, target))}`
      values.set(folder, { ...values.get(folder), ...target.values })
    }
  return (folder) => values.get(folder) ?? {}
}

function bundleFolders(plan: Plan, bundles: readonly Bundle[]): Written['folderOfBundle'] {
  const repository = repositoryOf(plan, bundles)
  return (name, where) => {
    for (const bundle of bundles.filter((it) => it.name === name))
      for (const target of bundle.targets)
        if ((target.federation ?? target.cluster) === where)
          return `gitops/${repository.within(topFolder(bundle), repository.overlayFolder(bundle, target))}`
    return undefined
  }
}

function runbook(plan: Plan, written: Written): string {
  const of = belongingsOf(plan)
  const { fleet } = plan
  const isBefore = (step: PlannedStep) => step.intent.part === 'preparation' || step.kind === 'zone.optIn'
  // what is to go is no step of making it: a plan against what was there holds such steps too
  const steps = plan.steps.filter((step) => step.change !== 'remove')
  const before = steps.filter(isBefore)
  const create = steps.filter((step) => !isBefore(step) && step.kind !== 'verify')
  const verify = steps.filter((step) => !isBefore(step) && step.kind === 'verify')
  const made = [...repositoryFirst(fleet), ...sections(plan, written, create, of)]
  return `${[
    `# Runbook of the fleet ${fleet.name}`,
    fleet.metadata.description ?? '',
    'Written by skerry from the plan; the fleet file is the place to change it. A name in capitals after `$` is a value that exists only when the step before it is done.',
    '## Before',
    toolTable(plan, made.join('\n')),
    ...accounts(fleet),
    ...sections(plan, written, before, of),
    '## Create',
    plan.steps.some((step) => step.kind === 'network' && !step.existing)
      ? 'The stacks of AWS are in `aws/`: one by one as below, or by `npx aws-cdk@2.1148.1 deploy STACK … --app aws`, which takes those that they need along. Those of names and alarms come last: their parameters are names of load balancers.'
      : '',
    ...made,
    '## Verify',
    ...sections(plan, written, verify, of),
    ...drills(plan),
    ...upgrades(fleet),
    '## Clean up',
    plan.backward.some((step) => step.protected)
      ? 'What is marked `protect` is taken away only by somebody who means it: read each name before you type it.'
      : '',
    ...undoSections(plan, written, of),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

/** What Flux is started on must be in the repository by then. */
function repositoryFirst({ gitops, name }: Fleet): readonly string[] {
  if (gitops === undefined) return []
  const branch = gitops.deliver === 'push' ? gitops.branch : `skerry/${name}`
  return [
    [
      `Before Flux is started anywhere, \`gitops/\` is on the branch ${gitops.branch} of ${gitops.url}; CLONE is a clone of it${gitops.deliver === 'push' ? '' : ', and the branch is merged when it is reviewed'}:`,
      fence(['skerry plan --deliver CLONE', `git -C CLONE push origin ${branch}`]),
    ].join('\n\n'),
  ]
}

function toolTable(plan: Plan, commands: string): string {
  const rows = toolsFor(plan, commands).map(
    ({ name, version, why, look }) => `| ${name} | ${version ?? 'any current one'} | ${why} | \`${look}\` |`,
  )
  return ['| tool | version | what for | look |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function accounts(fleet: Fleet): readonly string[] {
  return fleet.accounts.map(({ name, id, roles, user }) => {
    const role = roles?.deploy
    const partition = partitionOf(fleet.networks.find((it) => it.account === name)?.region ?? '')
    const who = user === undefined ? '' : ` (the user ${user} may assume it)`
    return [
      `Account ${name}, ${id}${role === undefined ? '' : `, by the role ${role}${who}`}:`,
      fence([
        ...(role === undefined
          ? []
          : [
              // what it answers is taken over: a role that is only asked for changes nothing
              `export $(printf 'AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_SESSION_TOKEN=%s' $(aws sts assume-role --role-arn arn:${partition}:iam::${id}:role/${role} --role-session-name ${fleet.accounts.find((it) => it.name === name)?.session?.name ?? 'skerry'} --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text))`,
            ]),
        'aws sts get-caller-identity',
      ]),
    ].join('\n\n')
  })
}

function sections(plan: Plan, written: Written, steps: readonly PlannedStep[], of: Belongings): readonly string[] {
  if (steps.length === 0) return ['Nothing.']
  return stepGroups(steps, of, Number.POSITIVE_INFINITY).flatMap((group, index) => {
    const [first] = group
    const instructions = instructionsFor(first, plan, written)
    const { takeOver } = instructions
    const commands = first.existing ? (instructions.look ?? instructions.commands) : instructions.commands
    const expected = first.expected
    return [
      `### ${index + 1}. ${plainText(groupTitle(group, of))}`,
      [
        first.existing ? 'It exists and stays whose it is: only look.' : '',
        expected === undefined ? '' : takes(expected),
        group.length === 1 ? '' : `For each of the ${group.length}; here for ${nameOf(first)}:`,
      ]
        .filter((line) => line !== '')
        .join(' '),
      instructions.note === undefined || first.existing ? '' : instructions.note,
      takeOver === undefined || first.existing ? '' : ownStacks(takeOver),
      commands.length === 0 ? '' : fence(commands),
    ]
  })
}

const takes = ({ minSeconds, maxSeconds }: NonNullable<PlannedStep['expected']>): string =>
  minSeconds === maxSeconds
    ? `Takes about ${durationText(maxSeconds)}.`
    : `Takes ${durationText(minSeconds)} to ${durationText(maxSeconds)} as a rule.`

const ownStacks = (values: Readonly<Record<string, IntentValue>>): string =>
  `Made by your own stacks or pipeline, with these values:\n\n\`\`\`yaml\n${yamlOf(values)}\`\`\``

const nameOf = ({ subject, id }: PlannedStep | UndoStep): string =>
  subject.site ?? subject.cluster ?? subject.host ?? id

function drills(plan: Plan): readonly string[] {
  const { fleet } = plan
  if (fleet.drills.length === 0) return []
  return [
    '## Drill',
    'The forecast first, then the real thing while somebody watches the name; the last command of each undoes it.',
    ...fleet.drills.flatMap((drill) => [
      `### ${drill.name}`,
      plainText(drill.metadata.description ?? ''),
      fence([`skerry drill ${drill.name}`]),
      ...byHand(plan, drill).map(({ atSeconds, what, begin, end }) =>
        begin.length === 0
          ? `At ${durationText(atSeconds)}: ${what}. No command does that: it takes a hand on the plug or the port.`
          : `At ${durationText(atSeconds)}: ${what}.\n\n${fence([...begin, ...end])}`,
      ),
    ]),
  ]
}

function upgrades(fleet: Fleet): readonly string[] {
  const parts = upgradeParts(fleet)
  if (parts.length === 0) return []
  return [
    '## Upgrade',
    ...parts.map(
      ({ title, lines }) => `### ${title}\n\n${lines.map((line, index) => `${index + 1}. ${line}`).join('\n')}`,
    ),
  ]
}

function undoSections(plan: Plan, written: Written, of: Belongings): readonly string[] {
  const made = new Map(plan.steps.map((step) => [step.id, step]))
  return undoGroups(plan.backward, of, Number.POSITIVE_INFINITY).flatMap((group, index) => {
    const [first] = group
    const commands = undoCommands(first, made.get(first.undoes), plan, written)
    return [
      `### ${index + 1}. ${plainText(undoTitle(group, of))}`,
      group.length === 1 ? '' : `For each of the ${group.length}; here for ${nameOf(first)}:`,
      commands.length === 0 ? 'With the stacks or by the means that made it.' : fence(commands),
    ]
  })
}

const fence = (lines: readonly string[]): string => `\`\`\`sh\n${lines.join('\n')}\n\`\`\``

/** A title from the fleet file stays on its line and opens no code and no link. */
const plainText = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/([`<[\]])/g, '\\$1')
