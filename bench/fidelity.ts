// The twin against real engines: drills are run on the engines of this machine, several times each, and every event that an engine decided
// is held against what the twin allows. Takes hours, so each repetition is kept, and what is there is not measured again.
//   npm run fidelity                          what is missing of five repetitions of each, then the page
//   npm run fidelity -- federation/member     only drills whose name begins so
//   npm run fidelity -- --repetitions 2
//   npm run fidelity -- --compare             hold the twin as it is now against all that was measured, and write the page
// SKERRY_STATE names the folder of the engines: two with different ones may run side by side.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compareDrill, plan, readFleet } from '../src/index.ts'
import { Refusal } from '../src/model/refusal.ts'
import type { Measured } from './fidelity/list.ts'
import { groups, measuredDrills, nameOf } from './fidelity/list.ts'
import { folderOfExample, measure, takeDown } from './fidelity/measure.ts'
import { writePage } from './fidelity/page.ts'
import type { Line, Raw } from './fidelity/record.ts'
import { isCalm, keepRaw, lineOf, rawFiles, readLines, readRaw, writeLines } from './fidelity/record.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repetitions: { type: 'string', default: '5' },
    compare: { type: 'boolean', default: false },
  },
})
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const say = (line: string): void => {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)}  ${line}\n`)
}
const asked = measuredDrills.filter(
  (it) => positionals.length === 0 || positionals.some((name) => nameOf(it).startsWith(name)),
)

if (values.compare) await compareAll()
else await measureMissing()
writePage(readLines())

/** One repetition of each, then the next, so that there is something of all when time runs out. */
async function measureMissing(): Promise<void> {
  const failed = new Map<string, number>()
  for (const group of groups) {
    const chosen = group.filter((it) => asked.includes(it))
    const examples = [...new Set(chosen.map((it) => it.example))]
    for (let repetition = 1; repetition <= Number(values.repetitions); repetition += 1) {
      for (const example of examples) {
        for (const it of chosen.filter((one) => one.example === example)) {
          if (calmOf(it) >= repetition || (failed.get(nameOf(it)) ?? 0) >= 3) continue
          say(`${nameOf(it)}, repetition ${repetition}`)
          try {
            const raw = await measure(it, version, say)
            keepRaw(raw)
            await compareOne(it, raw)
          } catch (error) {
            failed.set(nameOf(it), (failed.get(nameOf(it)) ?? 0) + 1)
            say(`  failed: ${whyOf(error)}`)
            takeDown(folderOfExample(it.example))
          }
        }
        // one example at a time holds memory
        if (examples.length > 1) takeDown(folderOfExample(example))
      }
      writePage(readLines())
    }
  }
  for (const example of new Set(asked.map((it) => it.example))) takeDown(folderOfExample(example))
}

function calmOf(it: Measured): number {
  return readLines().filter((line) => nameOf(line) === nameOf(it) && isCalm(line)).length
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = error instanceof Refusal ? error.problems.map(({ message }) => message) : []
  return [error.message, ...details].join('\n    ')
}

async function compareOne(it: Measured, raw: Raw): Promise<void> {
  const line = await compared(raw, rawFiles(it).length)
  // read again: another process may have written meanwhile
  writeLines([...readLines(), line])
  const wrong = line.events.filter(({ ok }) => !ok)
  say(
    `  ${line.verdict}: ${line.events.length - wrong.length} of ${line.events.length} events of engines inside${wrong.map(({ event, min, max, measured }) => `\n    ${event}: ${measured} s, allowed ${min} to ${max}`).join('')}${line.missing.map((one) => `\n    missing ${one}`).join('')}${line.unforeseen.map((one) => `\n    unforeseen ${one}`).join('')}`,
  )
}

async function compared(raw: Raw, repetition: number) {
  const fleet = await readFleet([folderOfExample(raw.example)])
  const drill = fleet.drills.find(({ name }) => name === raw.drill)
  if (drill === undefined) throw new Error(`${raw.example} has no drill ${raw.drill} any more`)
  const { timeline, endedAt, uids, speed } = raw
  return lineOf(raw, repetition, compareDrill(plan(fleet), drill, timeline, { endedAt, uids, speed, skerry: version }))
}

/** All that was measured here, held against the twin as it is now. Lines whose timelines are not here stay as they are. */
async function compareAll(): Promise<void> {
  const fresh: Line[] = []
  for (const it of asked)
    for (const [index, file] of rawFiles(it).entries()) fresh.push(await compared(readRaw(file), index + 1))
  const key = (line: Measured & { readonly repetition: number }): string => `${nameOf(line)} ${line.repetition}`
  const known = new Set(fresh.map(key))
  writeLines([...readLines().filter((line) => !known.has(key(line))), ...fresh])
}
