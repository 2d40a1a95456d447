// skerry explain: a law, a kind of place, a field of the file, a timer; why an app runs where it runs, and what stands between a
// failure of it and a served user.

import { distance } from 'fastest-levenshtein'
import type { App, Fleet } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'

interface Options {
  readonly output: 'text' | 'json'
}

type Skerry = typeof import('../../index.ts')
interface Answer {
  readonly text: string
  readonly data: unknown
}

export const explain: Verb<Options> = async (shell, words, { output }) => {
  const skerry = await import('../../index.ts')
  const [topic = '', name] = words
  const answer =
    topic === 'failover' || topic === 'placement' ? await ofApp(skerry, shell, topic, name) : ofWord(skerry, topic)
  shell.terminal.answer(output === 'json' ? `${JSON.stringify(answer.data, null, 2)}\n` : answer.text)
  return exit.done
}

async function ofApp(
  skerry: Skerry,
  shell: Shell,
  topic: 'failover' | 'placement',
  name: string | undefined,
): Promise<Answer> {
  const fleet = await shell.fleet([])
  const app = find(fleet, topic, name)
  if (topic === 'failover') {
    const data = skerry.explainFailover(fleet, app.name)
    return { data, text: skerry.failoverText(data) }
  }
  const data = skerry.explainPlacement(skerry.plan(fleet), app.name)
  return { data, text: skerry.placementText(data) }
}

function find(fleet: Fleet, topic: string, name: string | undefined): App {
  const only = fleet.apps.length === 1 && name === undefined ? fleet.apps[0] : undefined
  const found = only ?? fleet.apps.find((app) => app.name === name)
  if (found !== undefined) return found
  const names = fleet.apps.map((app) => app.name)
  throw new Refusal(
    'usage',
    name === undefined ? `skerry explain ${topic} needs the name of an app` : `there is no app ${name}`,
    names.length === 0 ? `the fleet ${fleet.name} declares no app` : `the apps are ${names.slice(0, 10).join(', ')}`,
  )
}

function ofWord(skerry: Skerry, word: string): Answer {
  const law = skerry.explainLaw(word.toUpperCase())
  if (law !== undefined) return { data: law, text: skerry.lawText(law) }
  const place = skerry.explainPlace(word)
  if (place !== undefined) return { data: place, text: skerry.placeText(place) }
  const timer = skerry.explainTimer(word)
  if (timer !== undefined) return { data: timer, text: skerry.timerText(timer) }
  const field = skerry.explainField(word)
  if (field !== undefined) return { data: field, text: skerry.fieldText(field) }
  const known = [...skerry.lawCodes(), ...skerry.timerIds(), ...skerry.fieldPaths()]
  const near = [...known]
    .sort((a, b) => distance(a.toLowerCase(), word.toLowerCase()) - distance(b.toLowerCase(), word.toLowerCase()))
    .slice(0, 3)
  throw new Refusal(
    'usage',
    `nothing is known of ${word}`,
    `did you mean ${near.join(', ')}? A law (LZ016), a place (localZone), a field (sites.nodePools.volumeType), a timer (as a drill names it), failover APP or placement APP can be explained`,
  )
}
