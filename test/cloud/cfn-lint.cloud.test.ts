import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { cloudFormationFiles } from '../../src/artefacts/cloudformation/assembly.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { plan } from '../../src/plan/index.ts'
import { needs } from '../needs.ts'

/** A linter of another maker, in an environment of its own that is made once. */
const version = '1.58.0'
const environment = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skerry', `cfn-lint-${version}`)
const linter = join(environment, 'bin', 'cfn-lint')

function installed(): boolean | string {
  if (existsSync(linter)) return true
  try {
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'pipe' })
    execFileSync(join(environment, 'bin', 'pip'), ['install', '--quiet', `cfn-lint==${version}`], { stdio: 'pipe' })
    return existsSync(linter)
  } catch (error) {
    rmSync(environment, { recursive: true, force: true })
    return `python3 cannot install it: ${(error as Error).message.split('\n')[0]}`
  }
}

beforeEach(needs('cfn-lint', installed))

/**
 * W3010 asks for zones that are not written out: they are the fleet's declaration, and no other zone will do. Everything else counts,
 * warnings too.
 */
const explained = ['W3010']

test('cfn-lint finds nothing in any template of the examples but zones that are named, as the fleet names them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-cfn-'))
  const files: string[] = []
  for (const example of ['local-zone', 'wavelength', 'recovery', 'federation']) {
    for (const { path, text } of cloudFormationFiles(plan(await readFleet([`examples/${example}`])))) {
      const file = join(folder, example, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      if (path.endsWith('.template.json')) files.push(file)
    }
  }
  expect(files.length).toBeGreaterThan(30)
  const { stdout, stderr, status } = spawnSync(linter, ['--ignore-checks', ...explained, '--', ...files], {
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  expect(`${stdout}${stderr}`).toBe('')
  expect(status).toBe(0)
}, 300_000)
