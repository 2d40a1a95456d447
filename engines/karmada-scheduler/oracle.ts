// Builds Karmada's scheduler into a program and asks it. The build is kept in the user's cache under the hash of all that goes into it,
// so that it is made once: minutes when nothing of it was compiled before. It yields to other work on the machine.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname
const sources = ['go.mod', 'go.sum', 'main.go']

/** True when Go is there, else why not; for test/needs.ts. */
export const hasGo = (): boolean | string => spawnSync('go', ['version']).status === 0 || 'install Go 1.26 or newer'

export function buildOracle(): string {
  const hash = createHash('sha256').update(execFileSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH']))
  for (const source of sources) hash.update(readFileSync(join(here, source)))
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'skerry', 'engines')
  const binary = join(folder, `karmada-scheduler-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(binary)) return binary

  mkdirSync(folder, { recursive: true })
  const building = `${binary}.${process.pid}`
  const build = ['go', 'build', '-p', '1', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', building, '.']
  execFileSync('nice', ['-n', '19', ...build], { cwd: here, env: { ...process.env, CGO_ENABLED: '0' } })
  renameSync(building, binary)
  return binary
}

/** One answer for each question, in order. */
export function ask<Answer>(oracle: string, questions: readonly object[]): Answer[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('')
  const { status, stdout, stderr } = spawnSync(oracle, { input, encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`the oracle stopped with ${status}: ${stderr.slice(0, 2000)}`)
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line): Answer => JSON.parse(line))
}
