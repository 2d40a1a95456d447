import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import type { Fleet } from '../../model/fleet.ts'
import type { Shell } from '../command.ts'
import { plan } from './plan.ts'

const text = (more: string): string => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: two }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
${more}
clusters: [{ name: west, network: main, eks: { version: "1.35" } }]
sites:
  - { name: a, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: n, instanceTypes: [t3.medium], replicas: 2 }] }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0 }
placement: [{ site: a, replicas: 2 }]
`

let folder = ''
let said: string[] = []
const shellOf = (fleet: Fleet): Shell =>
  ({
    narrowed: false,
    today: '2026-01-01',
    whole: async () => fleet,
    terminal: { answer: () => undefined, say: (words: string) => said.push(words) },
  }) as unknown as Shell

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-plan-cli-'))
  said = []
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('skerry plan', () => {
  test('renders each site into a folder of its own, beside what is there', async () => {
    const shell = shellOf(fleetFrom(text('')))
    await plan(shell, [], { output: 'text', out: folder })
    const before = readdirSync(folder)
    await plan(shell, [], { output: 'text', render: 'a', out: folder })
    expect(existsSync(join(folder, 'a', 'apps', 'game'))).toBe(true)
    expect(before.filter((name) => !existsSync(join(folder, name)))).toEqual([])
  })

  test('writes the same files against an earlier output as without it', async () => {
    const shell = shellOf(fleetFrom(text('')))
    await plan(shell, [], { output: 'text', out: folder })
    const smaller = shellOf(fleetFrom(text('').split('---')[0] ?? ''))
    await plan(smaller, [], { output: 'text', against: folder, out: folder })
    expect(readFileSync(join(folder, 'RUNBOOK.md'), 'utf8')).not.toContain('game')
    expect(await plan(smaller, [], { output: 'text', verify: folder })).toBe(0)
  })

  test('leaves nothing out in silence: what only looks stands alone', async () => {
    const shell = shellOf(fleetFrom(text('')))
    for (const both of [
      { verify: folder, out: folder },
      { verify: folder, deliver: folder },
      { render: 'a', verify: folder },
      { render: 'a', save: join(folder, 'plan.json') },
    ])
      await expect(plan(shell, [], { output: 'text', ...both })).rejects.toThrow(/are two commands/)
    expect(readdirSync(folder)).toEqual([])
  })

  test('delivers under gitops.path, with a list of its own there', async () => {
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' })
    git('init', '--quiet', '--initial-branch', 'main')
    git('config', 'user.name', 'A person')
    git('config', 'user.email', 'a@example.com')
    git('commit', '--quiet', '--allow-empty', '--message', 'first')
    const gitops = 'gitops: { engine: flux, url: "https://git.example.com/fleet", branch: main, path: ./fleets/two/ }'
    await plan(shellOf(fleetFrom(text(gitops))), [], { output: 'text', deliver: folder })
    const paths = git('ls-tree', '-r', '--name-only', 'skerry/two').split('\n').filter(Boolean)
    expect(paths).toContain('fleets/two/.skerry.json')
    expect(paths.filter((path) => !path.startsWith('fleets/two/'))).toEqual([])
  })
})
