// docs/fidelity.md, from the lines: for each drill and event what the twin allows, what was measured over all repetitions, and whether
// it lies inside.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { readingSeconds } from '../../src/drill/compare.ts'
import { measuredDrills, nameOf } from './list.ts'
import type { Line, LineEvent } from './record.ts'
import { isCalm, loadMax, pageFile } from './record.ts'

interface Row {
  readonly event: string
  readonly after: string
  readonly timers: string
  readonly times: number
  readonly min: number
  readonly max: number
  readonly least: number
  readonly most: number
  readonly inside: number
}

export function writePage(lines: readonly Line[]): void {
  writeFileSync(pageFile, pageOf(lines))
  // its tables are aligned as all others are
  spawnSync('npx', ['biome', 'format', '--write', pageFile], { stdio: 'ignore' })
}

/** What a busy machine did is told, not counted. */
function busyText(busy: readonly Line[]): string {
  if (busy.length === 0) return ''
  const events = busy.flatMap((line) => line.events)
  const inside = events.filter(({ ok }) => ok).length
  return `

Not counted: ${busy.length} repetitions, at whose end the machine had a load above ${loadMax} from other work, where a second's wait for a core is ten seconds
of the drill and no twin knows of it. ${busy.filter(({ verdict }) => verdict === 'agrees').length} of them agree, with ${inside} of ${events.length} times inside; they stand in the file.`
}

/** Each time that the twin does not allow, with what may be said of it. */
function outsideText(lines: readonly Line[]): string {
  const outside = lines.flatMap((line) => line.events.filter(({ ok }) => !ok).map((event) => ({ line, event })))
  if (outside.length === 0) return ''
  const rows = outside.map(({ line, event: { event, after, measured, min, max } }) => {
    const early = measured < 0 && min >= 0
    return `- ${nameOf(line)}, \`${event}\` after \`${after}\`: ${measured.toFixed(2)} s, allowed ${range(min, max)} s; load ${line.load}.${early ? ` No engine answers what has not happened yet: our watch told the cause ${(-measured / line.speed).toFixed(2)} s of real time late.` : ''}`
  })
  return `\n\nOutside:\n\n${rows.join('\n')}`
}

export function pageOf(every: readonly Line[]): string {
  const lines = every.filter(isCalm)
  const drills = measuredDrills.flatMap((it) => {
    const own = lines.filter((line) => nameOf(line) === nameOf(it))
    return own.length === 0 ? [] : [{ name: nameOf(it), speed: it.speed, lines: own, rows: rowsOf(own) }]
  })
  const rows = drills.flatMap((drill) => drill.rows)
  const all = rows.reduce((sum, row) => sum + row.times, 0)
  const inside = rows.reduce((sum, row) => sum + row.inside, 0)
  const engines = [...new Set(lines.flatMap((line) => line.engines.split(', ')))].sort()
  const machines = [...new Set(lines.map(({ machine }) => machine))]
  const loads = lines.map(({ load }) => load)
  return `# How true the twin is

Written by \`npm run fidelity\` from [fidelity.jsonl](fidelity.jsonl); do not edit it by hand.

The drills of the examples, run on real engines of one machine (\`skerry drill NAME --compare twin,local\`) and held against 64 runs of the
twin. An event counts where engines decided it on all the way from its cause: their own watches tell when it was. It is inside when the
time from its cause lies between the twin's least and most over all phases, give or take the reading of a watch (${readingSeconds} s of real time).
A repetition agrees when all of them are inside and in order, none that every run foresees is missing, and engines did nothing that no run
foresees. What KWOK does in place of kubelets, and what stands in for load balancers, Route 53 and users, is ours in both worlds: it is counted,
and nothing follows from it.

In the drills of two-floors (bench/fidelity/two-floors) a real PowerDNS Authoritative decides what users are answered. Its checks, its Lua records and its
answers are its own, on the zone that \`skerry plan --out\` writes; it is asked every 100 ms, as a resolver asks. The front doors that it checks and leads to
stand in for MetalLB, and are all that was put into that zone: their addresses and their port.

**${inside} of ${all} times inside, over ${drills.length} drills and ${lines.length} repetitions; ${drills.filter((drill) => drill.rows.length > 0).length} of the drills are decided by engines.**${outsideText(lines)}

${engines.join(', ')}; ${machines.join('; ')}${loads.length === 0 ? '' : `, with a load of ${Math.min(...loads)} to ${Math.max(...loads)} at the end of a drill`}. All times are those of the drill: at speed 10 a tenth of it was real, so that
what no flag shortens is ten times as long, in the twin as on the engines.${busyText(every.filter((line) => !isCalm(line)))}

| drill | speed | repetitions | agree | engine events | inside | stand-ins inside |
| --- | --- | --- | --- | --- | --- | --- |
${drills
  .map(({ name, speed, lines: own, rows: of }) => {
    const times = of.reduce((sum, row) => sum + row.times, 0)
    const well = of.reduce((sum, row) => sum + row.inside, 0)
    const others = own.reduce((sum, line) => sum + line.standIns[0], 0)
    const othersWell = own.reduce((sum, line) => sum + line.standIns[1], 0)
    return `| [${name}](#${anchor(name)}) | ${speed} | ${own.length} | ${agreeText(own)} | ${times} | ${times > 0 && well === times ? 'all' : well} | ${othersWell} of ${others} |`
  })
  .join('\n')}

${drills.map(sectionOf).join('\n')}`
}

function agreeText(lines: readonly Line[]): string {
  const judged = lines.filter(({ verdict }) => verdict !== 'nothingToJudge')
  return judged.length === 0
    ? 'nothing to judge'
    : `${judged.filter(({ verdict }) => verdict === 'agrees').length} of ${judged.length}`
}

const anchor = (name: string): string => name.replaceAll(/[^a-z0-9-]/g, '')

function sectionOf({ name, lines, rows }: { name: string; lines: readonly Line[]; rows: readonly Row[] }): string {
  const missing = tally(lines.flatMap((line) => line.missing))
  const unforeseen = tally(lines.flatMap((line) => line.unforeseen))
  return `## ${name}

${
  rows.length === 0
    ? 'Nothing to judge: engines decided nothing that both tell.\n'
    : `| event | counted from | timer | the twin allows | measured | times | inside |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row.event} | ${row.after} | ${row.timers} | ${range(row.min, row.max)} s | ${range(row.least, row.most)} s | ${row.times} | ${row.inside === row.times ? 'yes' : `${row.inside} of ${row.times}`} |`).join('\n')}
`
}${missing.length === 0 ? '' : `\nForeseen by every run of the twin and not seen: ${missing.join('; ')}.\n`}${unforeseen.length === 0 ? '' : `\nSeen, and foreseen by no run: ${unforeseen.join('; ')}.\n`}`
}

function rowsOf(lines: readonly Line[]): readonly Row[] {
  const groups = new Map<string, LineEvent[]>()
  for (const event of lines.flatMap((line) => line.events)) {
    const key = `${event.event}|${event.after}`
    groups.set(key, [...(groups.get(key) ?? []), event])
  }
  return [...groups.values()].flatMap((events) => {
    const [first] = events
    if (first === undefined) return []
    const { event, after, timers } = first
    return [
      {
        ...{ event, after, timers, times: events.length },
        min: Math.min(...events.map(({ min }) => min)),
        max: Math.max(...events.map(({ max }) => max)),
        least: Math.min(...events.map(({ measured }) => measured)),
        most: Math.max(...events.map(({ measured }) => measured)),
        inside: events.filter(({ ok }) => ok).length,
      },
    ]
  })
}

function tally(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
}

const range = (from: number, to: number): string => {
  const [a, b] = [figure(from), figure(to)]
  return a === b ? a : `${a} to ${b}`
}

const figure = (seconds: number): string => String(Math.round(seconds * 100) / 100)
