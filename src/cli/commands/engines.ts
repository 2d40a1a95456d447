// skerry engines: installs the real engines, and lists what is installed. Progress goes to stderr, as lines: one when a part starts, one
// when it is done, and one every quarter of a minute between.

import type { EngineList, InstallOptions, InstallProgress, InstallResult } from '../../index.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'

interface Options {
  readonly output: 'text' | 'json'
  readonly from?: string
}

export const engines: Verb<Options> = async (shell, [action, ...names], { output, from }) => {
  const { installEngines, listEngines } = await import('../../index.ts')
  const answer = (json: object, text: string) =>
    shell.terminal.answer(output === 'json' ? `${JSON.stringify({ version: 1, ...json }, null, 2)}\n` : text)
  if (action === 'list') {
    if (names.length > 0 || from !== undefined)
      throw new Refusal('usage', 'list takes no names and no --from', 'skerry engines list')
    const list = listEngines({ env: shell.env })
    answer(list, listText(list))
    return exit.done
  }
  if (action !== 'install')
    throw new Refusal(
      'usage',
      `skerry engines does not know ${action ?? 'what to do'}`,
      'skerry engines install [NAMES...], or skerry engines list',
    )
  const options: InstallOptions = {
    env: shell.env,
    onProgress: teller(shell),
    ...(from === undefined ? {} : { from }),
  }
  const result = await installEngines(names, options)
  answer(result, resultText(result))
  return exit.done
}

const quietSeconds = 15

function teller({ terminal }: Shell): (progress: InstallProgress) => void {
  return (progress) => {
    const line = lineOf(progress)
    if (line !== undefined) terminal.say(line)
  }
}

function lineOf(it: InstallProgress): string | undefined {
  switch (it.kind) {
    case 'waiting':
      return `waiting for another install (process ${it.pid}, since ${it.since})`
    case 'takingOver':
      return `an install was ended in the middle: stopping what it left at work (${it.processes} processes), and going on`
    case 'littleRoom':
      return `${it.folder} has ${gibibytes(it.freeMebibytes)} free; with empty Go caches this takes ${gibibytes(it.needMebibytes)}`
    case 'files':
      return `[${it.part}/${it.parts}] ${it.family}: files of its modules`
    case 'built':
      return `[${it.part}/${it.parts}] ${it.family}: ${it.name} built in ${duration(it.seconds)}, ${mebibytes(it.bytes)}${it.leftSeconds > 0 ? `; about ${duration(it.leftSeconds)} left` : ''}`
    case 'building': {
      if (it.elapsedSeconds % quietSeconds !== 0) return undefined
      const start = `[${it.part}/${it.parts}] ${it.family}: ${it.name}`
      return it.elapsedSeconds === 0
        ? `${start}, about ${duration(it.leftSeconds)} for all that is left`
        : `${start} for ${duration(it.elapsedSeconds)}${it.at === '' ? '' : `, ${it.packages} packages, ${it.at}`}; about ${duration(it.leftSeconds)} left`
    }
  }
}

function resultText({ built, given, present, withoutFiles, cacheDir }: InstallResult): string {
  const files = present.filter(({ name }) => name === 'files').length
  const programs = present.length - files
  return [
    `Engines in ${cacheDir}`,
    ...(built.length === 0
      ? []
      : [`  built    ${built.map(({ name }) => name).join(', ')}: ${duration(sum(built.map((it) => it.seconds)))}`]),
    ...given.map(({ name, version, path }) => `  given    ${name} ${version ?? 'of unknown version'}: ${path}`),
    ...(programs === 0
      ? []
      : [`  there    ${programs} ${programs === 1 ? 'program was' : 'programs were'} there already`]),
    ...(built.length + given.length + present.length === 0 ? ['  nothing was asked for that is built'] : []),
    ...(withoutFiles.length === 0
      ? []
      : [
          `  missing  files of ${withoutFiles.join(', ')} (definitions of resources, stages), which their programs need here`,
          `  next     skerry engines install ${withoutFiles.join(' ')}, on a machine with Go; or bring its whole cache by --from`,
        ]),
    '  next     skerry engines list',
  ].join('\n')
}

function listText({ engines: all, files, unused, cacheDir }: EngineList): string {
  const width = Math.max(...all.map(({ name }) => name.length))
  const missing = all.filter(({ kind }) => kind === 'missing')
  return [
    `Engines in ${cacheDir}`,
    ...all.map(({ name, kind, version, lockedVersion, path, bytes }) =>
      kind === 'missing'
        ? `  missing  ${name.padEnd(width)}  ${lockedVersion}`
        : `  ${kind.padEnd(7)}  ${name.padEnd(width)}  ${(version ?? 'unknown').padEnd(9)}  ${mebibytes(bytes).padStart(8)}  ${path}`,
    ),
    ...Object.entries(files).map(([family, path]) => `  files    ${family.padEnd(width)}  ${path}`),
    ...(unused.length === 0
      ? []
      : [
          `  unused   ${unused.length} of earlier locks, ${mebibytes(sum(unused.map((it) => it.bytes)))}; nothing needs them: ${unused.map((it) => it.path).join(' ')}`,
        ]),
    ...(missing.length === 0
      ? []
      : [
          `  next     skerry engines install${missing.length === all.length ? '' : ` ${missing.map(({ name }) => name).join(' ')}`}`,
        ]),
  ].join('\n')
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, it) => total + it, 0)
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
const gibibytes = (count: number): string => `${(count / 1024).toFixed(1)} GiB`

function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 100) return `${whole} s`
  return whole < 3600
    ? `${Math.round(whole / 60)} min`
    : `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}
