// skerry init: a fleet to start from. A template is one of the examples, copied as it stands, so that what people start from is
// what our tests run. Nothing that exists is overwritten.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'

interface Options {
  readonly list?: boolean
  readonly into?: string
}

export const init: Verb<Options> = async (shell, [template = 'local-zone'], { list, into }) => {
  const templates = examples(shell)
  if (list === true) {
    shell.terminal.answer(templates.map(({ name, about }) => `${name.padEnd(14)}${about}`).join('\n'))
    return exit.done
  }
  const chosen = templates.find(({ name }) => name === template)
  if (chosen === undefined)
    throw new Refusal(
      'usage',
      `there is no template ${template}`,
      `the templates are ${templates.map(({ name }) => name).join(', ')}`,
    )
  const target = resolve(shell.cwd, into ?? '.')
  const files = filesOf(chosen.folder)
  const inTheWay = files.filter((file) => existsSync(join(target, file)))
  if (inTheWay.length > 0)
    throw new Refusal(
      'refused',
      `${inTheWay[0]} is there already${inTheWay.length > 1 ? `, and ${inTheWay.length - 1} more` : ''}: nothing was written`,
      'choose an empty folder with --into, or move them away',
    )
  try {
    mkdirSync(target, { recursive: true })
    for (const file of files)
      cpSync(join(chosen.folder, file), join(target, file), { recursive: true, errorOnExist: true, force: false })
  } catch (error) {
    throw new Refusal(
      'world',
      `cannot write to ${target}: ${(error as Error).message}`,
      'see that the folder can be written and the disk is not full, then run it again in an empty folder',
    )
  }
  const cd = relative(shell.cwd, target)
  shell.terminal.answer(
    `Wrote ${files.length} files${cd === '' ? '' : ` to ${cd}`}: fleet.yaml, its apps and its drills.\n\n  next  ${cd === '' ? '' : `cd ${cd} && `}skerry check`,
  )
  return exit.done
}

export interface Example {
  readonly name: string
  readonly folder: string
  readonly about: string
}

/** The examples that skerry brings along. */
export function examples({ home }: Pick<Shell, 'home'>): readonly Example[] {
  const folder = join(home, 'examples')
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'fleet.yaml')))
    .map(({ name }) => ({ name, folder: join(folder, name), about: aboutOf(join(folder, name, 'fleet.yaml')) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function aboutOf(file: string): string {
  return /^ {2}description: *(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
}

/** What a template consists of: all of the example but what skerry itself writes or checks. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('expected') && file !== 'README.md')
    .sort()
}
