// skerry doctor: what is on this machine and what that is good for. It looks and changes nothing.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Shell, Verb } from '../command.ts'
import { discover } from '../discover.ts'
import { exit } from '../exit.ts'

interface Options {
  readonly output: 'text' | 'json'
}

interface Tool {
  readonly name: string
  readonly arguments: readonly string[]
  /** What it is good for, and what goes without it. */
  readonly good: string
  readonly without: string
}

const tools: readonly Tool[] = [
  {
    name: 'git',
    arguments: ['--version'],
    good: 'delivering what skerry writes to a repository',
    without: 'check, plan and drills on the twin need none',
  },
  {
    name: 'go',
    arguments: ['version'],
    good: 'building the real engines (skerry engines install)',
    without: 'check, plan and drills on the twin need none',
  },
  {
    name: 'kubectl',
    arguments: ['version', '--client'],
    good: 'looking into clusters beside skerry',
    without: 'skerry needs none',
  },
  { name: 'aws', arguments: ['--version'], good: 'the commands of the walkthroughs', without: 'skerry needs none' },
]

interface Found {
  readonly what: string
  readonly ok: boolean
  readonly found: string
  readonly note: string
}

export const doctor: Verb<Options> = async (shell, _names, { output }) => {
  const found = [node(), here(shell), ...watches(), ...(await Promise.all(tools.map(look)))]
  shell.terminal.answer(
    output === 'json'
      ? `${JSON.stringify({ version: 1, skerry: shell.version, found }, null, 2)}\n`
      : text(shell, found),
  )
  return found.every((it) => it.ok) ? exit.done : exit.refused
}

function node(): Found {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > 20 || (major === 20 && minor >= 20)
  return { what: 'node', ok, found: process.versions.node, note: ok ? 'runs skerry' : 'skerry needs 20.20 or newer' }
}

function here({ cwd }: Shell): Found {
  const fleet = discover(cwd)
  return fleet === undefined
    ? {
        what: 'fleet',
        ok: true,
        found: 'none in this folder or above it',
        note: 'start one with skerry init, or name one',
      }
    : {
        what: 'fleet',
        ok: true,
        found: `${fleet.folder}/${fleet.file}`,
        note: 'what skerry reads here when none is named',
      }
}

/** Each program that watches files takes one of these; Debian gives a user 128, and then webhooks end with "too many open files". */
function watches(): readonly Found[] {
  try {
    const found = readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8').trim()
    const note =
      Number(found) >= 512
        ? 'enough for several fleets on this machine at once'
        : 'a control plane on this machine takes about five; for several fleets at once: sysctl fs.inotify.max_user_instances=512'
    return [{ what: 'inotify instances', ok: true, found, note }]
  } catch {
    return []
  }
}

async function look({ name, arguments: words, good, without }: Tool): Promise<Found> {
  try {
    const { stdout, stderr } = await promisify(execFile)(name, [...words], { timeout: 5_000 })
    const version = /\d+\.\d+(?:\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? 'there'
    return { what: name, ok: true, found: version, note: good }
  } catch {
    return { what: name, ok: true, found: 'not found', note: without }
  }
}

function text({ version }: Shell, found: readonly Found[]): string {
  const width = Math.max(...found.map((it) => it.what.length))
  return [
    `skerry ${version}`,
    ...found.map((it) => `  ${it.ok ? 'ok    ' : 'failed'} ${it.what.padEnd(width)}  ${it.found}: ${it.note}`),
  ].join('\n')
}
