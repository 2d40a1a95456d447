// The way back of an app, for people and machines: the steps where it was only asked for, and what was seen where it was carried out.

import { secondsText } from '../model/duration.ts'
import { listed } from '../model/words.ts'
import type { FailbackMove, FailbackReport } from '../worlds/local/failback.ts'

export const failbackText = ({ moves }: FailbackReport): string => moves.map(moveText).join('\n\n')

const whereText = (targets: FailbackMove['home']): string =>
  targets.length === 0 ? 'nowhere' : listed(targets.map(({ name, replicas }) => `${name} ${replicas}`))

function moveText({ federation, name, from, home, steps, seen }: FailbackMove): string {
  if (seen === undefined)
    return [
      `${name} of ${federation} runs at ${whereText(from)}, and belongs to ${whereText(home)}`,
      '',
      ...steps.flatMap(({ title, commands }, index) => [
        `  ${index + 1}. ${title}`,
        ...commands.map((command) => `     ${command}`),
      ]),
    ].join('\n')
  const gap =
    seen.gapSeconds > 0
      ? `✗ with a gap: for ${secondsText(seen.gapSeconds)} fewer than ${seen.wanted} were ready`
      : '✓ without a gap'
  return [
    `${name} of ${federation} is back: ${whereText(from)} before, ${whereText(seen.to)} now`,
    `  ${gap}: at least ${seen.lowestReady} of ${seen.wanted} ready at any time, at most ${seen.mostReady}, in ${seen.questions} looks`,
    `  all at home ready after ${secondsText(seen.readyAtHomeSeconds)}, those elsewhere gone after ${secondsText(seen.seconds)}`,
  ].join('\n')
}

/** As schema/local-failback.json says. */
export const failbackJson = (report: FailbackReport): string =>
  JSON.stringify({ version: 1, world: 'local', ...report }, null, 2)
