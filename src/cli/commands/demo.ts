// skerry demo: the main job on an example, in seconds. Without a name, all examples in brief.

import { relative } from 'node:path'
import type { Fleet } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { Example } from './init.ts'
import { examples } from './init.ts'

/** The drill that tells most about each example, from one cluster over two places to thousands; another shows its first. */
const tellingDrill: Readonly<Record<string, string>> = {
  'local-zone': 'lose-los-angeles',
  recovery: 'cut-service-link',
  wavelength: 'lose-boston',
  federation: 'member-killed',
  stores: 'store-offline-two-days',
}

const order = Object.keys(tellingDrill)

export const demo: Verb<object> = async (shell, [name]) => {
  const all = examples(shell)
  const chosen =
    name === undefined ? all.toSorted((a, b) => place(a) - place(b)) : all.filter((example) => example.name === name)
  if (chosen.length === 0)
    throw new Refusal(
      'usage',
      `there is no example ${name}`,
      `the examples are ${all.map((example) => example.name).join(', ')}`,
    )
  for (const example of chosen) await show(shell, example)
  shell.terminal.answer(whatNext(shell, chosen))
  return exit.done
}

async function show(shell: Shell, example: Example): Promise<void> {
  const skerry = await import('../../index.ts')
  const fleet = await shell.fleet([example.folder])
  const findings = skerry.check(fleet, shell.today)
  const plan = skerry.plan(fleet)
  const drill = drillOf(fleet)
  const parts = [
    `# ${example.name}: ${example.about}`,
    `skerry check examples/${example.name}`,
    skerry.findingsBrief({ fleet, findings, survival: skerry.survivalOf(fleet) }),
    `skerry plan examples/${example.name}`,
    skerry.planBrief(plan),
  ]
  if (drill !== undefined) {
    parts.push(`skerry drill ${drill.name} -f examples/${example.name}`)
    parts.push(
      skerry.drillBrief(skerry.runDrill(plan, drill, { skerry: shell.version }), {
        columns: shell.terminal.columns,
        unicode: shell.terminal.unicode,
      }),
    )
  }
  shell.terminal.answer(`${parts.map((part, index) => (index % 2 === 1 ? `$ ${part}` : part)).join('\n\n')}\n`)
}

const place = (example: Example): number => (order.includes(example.name) ? order.indexOf(example.name) : order.length)

function drillOf(fleet: Fleet): Fleet['drills'][number] | undefined {
  return fleet.drills.find((drill) => drill.name === tellingDrill[fleet.name]) ?? fleet.drills[0]
}

function whatNext(shell: Shell, shown: readonly Example[]): string {
  const example = shown[0]?.name ?? 'local-zone'
  const path = relative(shell.cwd, `${shell.home}examples/${example}`) || '.'
  const lines = [
    [`skerry drill -f ${path}`, 'every single loss of this fleet, worst first'],
    [`skerry drill --list -f ${path}`, 'its drills, each a story'],
    [`skerry explain failover -f ${path} APP`, 'every timer between a failure and a served user'],
    [`skerry init ${example} --into my-fleet`, 'the same fleet, to change'],
    ['skerry --help', 'all verbs'],
  ]
  const width = Math.max(...lines.map(([command = '']) => command.length))
  return [
    'What to type next',
    ...lines.map(([command = '', what]) => `  ${command.padEnd(width)}   ${what}`),
    ...(shell.env.npm_lifecycle_event === 'start' ? ['', '  (in this checkout, skerry is: node dist/cli.js)'] : []),
  ].join('\n')
}
