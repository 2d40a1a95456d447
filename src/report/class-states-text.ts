// The sites of a class after a drill, in a few lines whatever their number: by ring, Region and state, and of those only where something
// was amiss.

import type { ClassStates, ConditionCount, Conditions } from '../drill/class-states.ts'
import { amount, listed } from '../model/words.ts'
import { table, wrapped } from './lines.ts'

const columnsOf = [
  ['unserved', 'not serving'],
  ['unheard', 'not heard of'],
  ['behind', 'behind Git'],
  ['unmanaged', 'unmanaged'],
] as const

/** Values of a label with nothing amiss are counted when there are more than this. */
const mostValues = 6

export function classStatesText(states: ClassStates, columns = 100): string {
  const told = columnsOf.filter(([condition]) => states[condition].ever > 0)
  const all = `${amount(states.sites)} sites of the class ${states.class}`
  if (told.length === 0)
    return wrapped(`All ${all} served all the time, were heard of and followed Git.`, columns, '', '  ')
  const row = (name: string, conditions: Conditions): readonly string[] => [
    name,
    amount(conditions.sites),
    amount(conditions.sites - conditions.unserved.ever),
    ...told.map(([condition]) => countText(conditions[condition])),
  ]
  const rows = [
    row('all', states),
    ...states.by.flatMap(({ label, groups }) => {
      const amiss = groups.filter((group) => told.some(([condition]) => group[condition].ever > 0))
      const worst = [...amiss].sort((a, b) => b.unserved.ever - a.unserved.ever || b.unheard.ever - a.unheard.ever)
      const shown = groups.length <= mostValues ? groups : worst.slice(0, mostValues)
      const rest = groups.filter((group) => !shown.includes(group))
      return [
        ...shown.map((group) => row(`${label} ${group.value}`, group)),
        ...(rest.length === 0 ? [] : [row(`${amount(rest.length)} other ${label}s`, sumOf(rest))]),
      ]
    }),
  ]
  return `${wrapped(`What became of the ${all} (in brackets: still so when the drill ended)`, columns, '', '  ')}\n${table(
    [
      { title: '' },
      { title: 'sites', right: true },
      { title: 'served throughout', right: true },
      ...told.map(([, title]) => ({ title, right: true })),
    ],
    rows,
    columns,
  )}`
}

/** In a sentence; empty where nothing was amiss. */
export function classStatesBrief(states: ClassStates, columns = 100): string {
  const told = columnsOf.flatMap(([condition, title]) =>
    states[condition].ever === 0 ? [] : [`${amount(states[condition].ever)} ${title}`],
  )
  return told.length === 0
    ? ''
    : wrapped(
        `Of ${amount(states.sites)} sites of the class ${states.class}: ${listed(told)} at some time.`,
        columns,
        '  ',
        '    ',
      )
}

const countText = ({ ever, atEnd }: ConditionCount): string =>
  ever === 0 ? '0' : atEnd === 0 ? amount(ever) : `${amount(ever)} (${amount(atEnd)})`

function sumOf(groups: readonly Conditions[]): Conditions {
  const sum = (condition: (typeof columnsOf)[number][0]): ConditionCount => ({
    ever: groups.reduce((all, group) => all + group[condition].ever, 0),
    atEnd: groups.reduce((all, group) => all + group[condition].atEnd, 0),
  })
  return {
    sites: groups.reduce((all, group) => all + group.sites, 0),
    unserved: sum('unserved'),
    unheard: sum('unheard'),
    behind: sum('behind'),
    unmanaged: sum('unmanaged'),
  }
}
