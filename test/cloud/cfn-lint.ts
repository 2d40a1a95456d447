// A linter of another maker, in an environment of its own that is made once.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const version = '1.58.0'
const environment = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'skerry', `cfn-lint-${version}`)
const linter = join(environment, 'bin', 'cfn-lint')

/** Whether it is there; it is fetched where it is not. */
export function cfnLint(): boolean | string {
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

/** W3010 asks for zones that are not written out: they are the fleet's declaration, and no other zone will do. All else counts. */
const explained = ['W3010']

export interface Found {
  readonly file: string
  readonly rule: string
  readonly at: string
  readonly message: string
}

/** What it finds in the templates, by the name under which each is given. */
export function linted(templates: Readonly<Record<string, unknown>>): readonly Found[] {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-cfn-'))
  const files = Object.entries(templates).map(([name, template]) => {
    const file = join(folder, `${name}.template.json`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(template))
    return file
  })
  const { stdout, stderr } = spawnSync(linter, ['--ignore-checks', ...explained, '--format', 'json', '--', ...files], {
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  })
  rmSync(folder, { recursive: true })
  if (stdout === '') throw new Error(`cfn-lint has no answer: ${stderr}`)
  return (JSON.parse(stdout) as readonly Told[]).map(({ Filename, Rule, Location, Message }) => ({
    file: Filename.slice(folder.length + 1).replace(/\.template\.json$/, ''),
    rule: Rule.Id,
    at: Location.Path.join('/'),
    message: Message,
  }))
}

interface Told {
  readonly Filename: string
  readonly Rule: { readonly Id: string }
  readonly Location: { readonly Path: readonly (string | number)[] }
  readonly Message: string
}
