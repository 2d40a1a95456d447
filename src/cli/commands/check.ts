// skerry check: what is wrong with the fleet.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'

interface Options {
  readonly output: 'text' | 'json' | 'sarif' | 'junit' | 'github'
  readonly strict?: boolean
  readonly accepted?: boolean
}

export const check: Verb<Options> = async ({ terminal, today, version, narrowed, fleet: read }, inputs, options) => {
  const fleet = await read(inputs)
  const skerry = await import('../../index.ts')
  const findings = skerry.check(fleet, today).filter((finding) => !(narrowed && finding.code === 'AC001'))
  const survival = skerry.survivalOf(fleet)
  terminal.answer(await rendered(skerry, options, version, { fleet, findings, survival }))
  const open = findings.filter((finding) => finding.accepted === undefined)
  return open.some(
    (finding) => finding.severity === 'error' || (options.strict === true && finding.severity === 'warning'),
  )
    ? exit.found
    : exit.done
}

type Skerry = typeof import('../../index.ts')

function rendered(
  skerry: Skerry,
  { output, accepted }: Options,
  version: string,
  checked: Parameters<Skerry['findingsText']>[0],
): string | Promise<string> {
  switch (output) {
    case 'text':
      return skerry.findingsText(checked, { showAccepted: accepted === true })
    case 'json':
      return skerry.findingsJson(checked)
    case 'sarif':
      return skerry.findingsSarif(checked, version)
    case 'junit':
      return skerry.findingsJunit(checked)
    case 'github':
      return skerry.findingsGithub(checked)
  }
}
