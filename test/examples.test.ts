// What is published as an example works as it stands: it reads, nothing in it is an error, it can be planned, and every drill that it
// declares holds what it says. What its README tells a person to type is there.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Example } from './example.case.ts'
import { drillOf, exampleFleet, examples, folderOf } from './example.case.ts'

const drillsIn = (example: Example): string[] =>
  readdirSync(`${folderOf(example)}drills`).map((file) => file.replace(/\.yaml$/, ''))

test('every folder of examples/ is tested here', () => {
  expect(readdirSync(`${folderOf('stores')}..`).sort()).toEqual([...examples])
})

test.each(examples)(
  '%s reads, has no error that is not accepted with a reason, and can be planned',
  async (example) => {
    const { findings, plan } = await exampleFleet(example)
    const errors = findings.filter(({ severity, accepted }) => severity === 'error' && accepted === undefined)
    expect(errors.map(({ code, where, found }) => `${code} ${where} ${found}`)).toEqual([])
    expect(plan.steps.length).toBeGreaterThan(10)
    expect(plan.backward.length).toBeGreaterThan(10)
  },
)

test.each(examples)('each drill of %s has the name of its file', async (example) => {
  const { fleet } = await exampleFleet(example)
  expect(fleet.drills.map(({ name }) => name).sort()).toEqual(drillsIn(example).sort())
  expect(fleet.drills.length).toBeGreaterThanOrEqual(4)
})

test.each(examples.flatMap((example) => drillsIn(example).map((drill) => [example, drill] as const)))(
  '%s: the drill %s holds what it says, in each of 17 runs',
  async (example, name) => {
    const { expectations, violations, ok } = await drillOf(example, name)
    const failed = expectations.filter(({ passed }) => !passed)
    expect(failed.map(({ at, worst }) => `line ${at.line}: ${worst.seen} (seed ${worst.seed})`)).toEqual([])
    expect(violations).toEqual([])
    expect(ok).toBe(true)
  },
)

/** Lines of the README's code blocks that call skerry. */
const commandsIn = (readme: string): string[] =>
  [...readme.matchAll(/^ {4}(?:\$ )?skerry (.+?)(?: {2,}.*)?$/gm)].map(([, command = '']) => command)

const verbs = readdirSync(new URL('../src/cli/commands', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))

test.each(examples)('what the README of %s tells to type is there', async (example) => {
  const readme = readFileSync(`${folderOf(example)}README.md`, 'utf8')
  const { fleet } = await exampleFleet(example)
  const commands = commandsIn(readme)
  expect(commands.length).toBeGreaterThan(2)
  for (const command of commands) {
    const [verb = '', first = '', second = ''] = command.split(/\s+/)
    expect(verbs, command).toContain(verb)
    if (verb === 'demo') expect(first).toBe(example)
    if (verb === 'drill' && /^[a-z]/.test(first))
      expect(
        fleet.drills.map(({ name }) => name),
        command,
      ).toContain(first)
    if (verb === 'explain' && /^(?:failover|placement)$/.test(first))
      expect(
        fleet.apps.map(({ name }) => name),
        command,
      ).toContain(second)
  }
  for (const name of drillsIn(example)) expect(readme, 'each drill is told of').toContain(`\`${name}\``)
  for (const [, path = ''] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
    expect(existsSync(`${folderOf(example)}${path}`), path).toBe(true)
})
