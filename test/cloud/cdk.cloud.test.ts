import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { cloudFormationFiles } from '../../src/artefacts/cloudformation/assembly.ts'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { plan } from '../../src/plan/index.ts'

test.each(['local-zone', 'wavelength', 'recovery', 'federation'])(
  '[seed 84] the command line of the CDK takes what is written for %s, and lists its stacks in an order that holds',
  async (example) => {
    const made = plan(await readFleet([`examples/${example}`]))
    const folder = mkdtempSync(join(tmpdir(), 'skerry-cdk-'))
    for (const { path, text } of cloudFormationFiles(made)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    // no account, no telemetry, no look for a newer version: the command reads the folder alone
    const listed = execFileSync('node_modules/.bin/cdk', ['list', '--app', join(folder, 'aws'), '--no-notices'], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        CDK_HOME: folder,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CI: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .trim()
      .split('\n')
    rmSync(folder, { recursive: true })
    const stacks = stacksOf(made)
    expect([...listed].sort()).toEqual(stacks.map(({ name }) => name).sort())
    for (const { name, needs } of stacks)
      for (const need of needs)
        expect(listed.indexOf(need), `${need} before ${name}`).toBeLessThan(listed.indexOf(name))
  },
  120_000,
)
