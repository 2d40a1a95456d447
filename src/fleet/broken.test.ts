import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { documents as kinds } from '../model/declaration/index.ts'
import type { SourceFile } from '../model/origin.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import type { Mutant } from './broken.case.ts'
import { fieldsOf, mutantsOf } from './broken.case.ts'
import { fleetOf } from './build.ts'
import type { Declared } from './document.ts'
import { follow } from './document.ts'
import type { Documents } from './documents.ts'
import { documentsOf } from './documents.ts'
import { inMemory } from './from.ts'
import type { Problems } from './problems.ts'
import { gather } from './problems.ts'

const here = (file: string) => readFileSync(new URL(`./covering/${file}`, import.meta.url), 'utf8')
const attached = Object.fromEntries(
  ['stores.csv', 'base/deployment.yaml', 'overlay/kustomization.yaml', 'overlay/replicas.yaml'].map((file) => [
    file,
    here(file),
  ]),
)
const whole = parseAllDocuments(here('fleet.yaml')).map((document) => document.toJS() as unknown)
const { mutants, fields } = mutantsOf(whole)

/** JSON is YAML; a line for each value, so that a wrong line is seen. */
const printed = (documents: readonly unknown[]): string =>
  documents.map((document) => JSON.stringify(document, null, 1)).join('\n---\n')

const text = printed(whole)
const base = documentsOf([{ file: 'fleet.yaml', text }], gather())

interface Said {
  /** Undefined when the reader takes the fleet. */
  readonly refusal: Refusal | undefined
  readonly positions: SourceFile['positions']
}

/** What the reader says to a whole file. Anything but a Refusal is thrown on. */
function readText(content: string): Said {
  const problems = gather()
  return judged(documentsOf([{ file: 'fleet.yaml', text: content }], problems), problems)
}

/** The same with the YAML read once for all: only the value is changed, and stands where it stood. */
function readValue({ document, make }: Mutant): Said {
  const problems = gather()
  problems.know('fleet.yaml', text)
  const raw = make()[document] as Declared['raw']
  const declared = base.declared.map((one) => (one.index === document ? { ...one, raw } : one))
  return judged({ ...base, declared }, problems)
}

function judged(documents: Documents, problems: Problems): Said {
  const positions = documents.parsed[0]?.positions ?? {}
  try {
    fleetOf(documents, inMemory(attached), problems)
    return { refusal: undefined, positions }
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error, positions }
    throw error
  }
}

/** Every tenth goes the whole way as text, and those of which the value alone does not tell all. */
function said(mutant: Mutant, index: number): Said {
  // what is missing from a map of another shape would be looked for where the old one stood
  const wasMap = mutant.fault === 'type' && typeof follow(whole[mutant.document], mutant.path) === 'object'
  const asText =
    index % 10 === 0 || mutant.fault === 'missing' || wasMap || ['kind', 'apiVersion'].includes(String(mutant.path[0]))
  return asText ? readText(printed(mutant.make())) : readValue(mutant)
}

test('the whole fleet that the broken ones are made of is read', () => {
  expect(readText(text).refusal?.problems).toBeUndefined()
})

test('it has an example of every field of the schema', () => {
  const all = new Set(Object.entries(kinds).flatMap(([kind, schema]) => [...fieldsOf(schema, kind)]))
  expect([...all].filter((field) => !fields.has(field))).toEqual([])
})

test('every generated fault is refused, in one clear message at the very spot', () => {
  const survivors: string[] = []
  const unclear: string[] = []
  const counts: Record<string, number> = {}
  let several = 0
  for (const [index, mutant] of mutants.entries()) {
    if (mutant.fault === 'inside') continue
    counts[mutant.fault] = (counts[mutant.fault] ?? 0) + 1
    const { refusal, positions } = said(mutant, index)
    const [first] = refusal?.problems ?? []
    if (refusal === undefined || first === undefined) survivors.push(mutant.title)
    else if (!isClear(first) || !pointsAt(mutant, first, positions))
      unclear.push(`${mutant.title}: line ${first.at?.line} ${first.message} | ${first.hint}`)
    if (refusal !== undefined && refusal.problems.length > 1) several += 1
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  console.info(
    `${total} broken fleets ${JSON.stringify(counts)}: ${survivors.length} accepted, ${unclear.length} unclear, ${several} told in more than one message`,
  )
  expect(survivors).toEqual([])
  expect(unclear).toEqual([])
  // what is left: a list too long by copies of one name, and a template whose every row is wrong
  expect(several).toBeLessThan(total / 50)
}, 240_000)

test('a value at its bound is not refused for it', () => {
  const refused: string[] = []
  for (const [index, mutant] of mutants.entries()) {
    if (mutant.fault !== 'inside') continue
    const { refusal, positions } = said(mutant, index)
    for (const problem of refusal?.problems ?? []) {
      if (/at most|at least/.test(problem.hint ?? '') && pointsAt(mutant, problem, positions))
        refused.push(`${mutant.title}: ${problem.message} | ${problem.hint}`)
    }
  }
  expect(refused).toEqual([])
}, 240_000)

function isClear({ message, hint, frame }: Problem): boolean {
  const told = `${message}\n${hint}\n${frame}`
  return (
    message.length < 300 &&
    hint !== undefined &&
    frame !== undefined &&
    !/undefined|\[object|NaN|Error:|\n\s+at |Invalid input/.test(told)
  )
}

/** Whether a problem stands at what was broken; what stands nowhere, at the map that it is missing from or too much in. */
function pointsAt({ fault, document, path }: Mutant, { at }: Problem, positions: SourceFile['positions']): boolean {
  const pointer = (steps: Mutant['path']) => [document, ...steps].join('/')
  const here = pointer(path)
  const written = fault !== 'missing' && (positions[here] ?? positions[`${here}#key`]) !== undefined
  const spot = written ? here : pointer(path.slice(0, -1))
  return (
    at?.file === 'fleet.yaml' &&
    [positions[spot], positions[`${spot}#key`]].some((found) => found?.[0] === at.line && found[1] === at.column)
  )
}
