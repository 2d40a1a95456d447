// Which file Node runs as the process outside: the one beside the command line; where skerry runs from its sources, as in tests, a bundle
// that is made of them now. (Node 20 runs no TypeScript, and what loads it for tests keeps a compiler running beside the process.)

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** By its text, which names the chunks that it is made of by theirs. */
export const versionOf = (program: string): string =>
  createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 12)

let bundled: string | undefined

export function outsideProgram(from = import.meta.url): string {
  const here = fileURLToPath(from)
  if (!here.endsWith('.ts')) {
    // in a chunk, or in a file of dist/ itself
    const beside = [dirname(here), dirname(dirname(here))].map((folder) => join(folder, 'outside.js'))
    return beside.find((path) => existsSync(path)) ?? (beside[0] as string)
  }
  bundled ??= bundle(join(dirname(here), 'main.ts'), join(rootOf(dirname(here)), '.skerry'))
  return bundled
}

/** Named by its version, so that who runs from other sources meanwhile has another one. */
function bundle(source: string, folder: string): string {
  const fresh = join(folder, `outside.${process.pid}.mjs`)
  mkdirSync(folder, { recursive: true })
  execFileSync(createRequire(import.meta.url).resolve('esbuild/bin/esbuild'), [
    source,
    ...['--bundle', '--platform=node', '--format=esm', '--target=node20', '--log-level=warning'],
    // packages written as CommonJS call require()
    "--banner:js=import { createRequire as requireFrom } from 'node:module'; var require = requireFrom(import.meta.url);",
    `--outfile=${fresh}`,
  ])
  const named = join(folder, `outside-${versionOf(fresh)}.mjs`)
  renameSync(fresh, named)
  sweepBundles(folder, named)
  return named
}

const dayMs = 24 * 60 * 60 * 1_000

/** Of sources that nobody runs any more: a process that does has its bundle in memory, and who begins a run makes it anew. */
export function sweepBundles(folder: string, kept: string, nowMs = Date.now()): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!/^outside[-.][0-9a-f]+\.mjs$/.test(name) || path === kept) continue
    const { mtimeMs = nowMs } = statSync(path, { throwIfNoEntry: false }) ?? {}
    if (nowMs - mtimeMs > dayMs) rmSync(path, { force: true })
  }
}

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder))
}
