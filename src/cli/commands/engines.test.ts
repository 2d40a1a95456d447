import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Shell } from '../command.ts'
import { engines } from './engines.ts'

let folder = ''
let answered = ''
let said: string[] = []
let shell = {} as Shell

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-engines-cli-'))
  said = []
  // a Go that only pretends
  writeFileSync(
    join(folder, 'go'),
    '#!/bin/sh\n[ "$1" = version ] && echo go version go1.26.8\nwhile [ $# -gt 1 ] && [ "$1" != -o ]; do shift; done\n' +
      '[ "$1" = -o ] && printf "#!/bin/sh\\necho v0.8.0\\n" > "$2" && chmod +x "$2"\nexit 0\n',
  )
  chmodSync(join(folder, 'go'), 0o755)
  shell = {
    env: { PATH: `${folder}:${process.env.PATH}`, SKERRY_CACHE: join(folder, 'cache') },
    terminal: {
      answer: (text: string) => {
        answered = text
      },
      say: (text: string) => said.push(text),
    },
  } as unknown as Shell
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('install says what it does on stderr and what there is on stdout; the second time it builds nothing', async () => {
  expect(await engines(shell, ['install', 'kubeconform'], { output: 'text' })).toBe(0)
  expect(said[0]).toBe('[1/1] kubeconform: kubeconform, about 4 s for all that is left')
  expect(said.at(-1)).toMatch(/^\[1\/1\] kubeconform: kubeconform built in \d+ s, 0 MiB$/)
  expect(answered).toContain('built    kubeconform')

  said = []
  expect(await engines(shell, ['install', 'kubeconform'], { output: 'json' })).toBe(0)
  expect(said).toEqual([])
  expect(JSON.parse(answered)).toMatchObject({ version: 1, built: [], present: [{ name: 'kubeconform' }] })
})

test('list shows what is there and what is not, and names what to type next', async () => {
  await engines(shell, ['list'], { output: 'text' })
  expect(answered).toMatch(/^ {2}missing {2}etcd +v3\.6\.13$/m)
  expect(answered).toMatch(/next {5}skerry engines install$/)
  await engines(shell, ['install', 'kubeconform'], { output: 'text' })
  await engines(shell, ['list'], { output: 'text' })
  expect(answered).toMatch(/^ {2}built {4}kubeconform +v0\.8\.0/m)
})

test('another word is refused with those that are known', async () => {
  await expect(engines(shell, ['instal'], { output: 'text' })).rejects.toThrow('does not know instal')
  await expect(engines(shell, ['list', 'etcd'], { output: 'text' })).rejects.toThrow('list takes no names')
})
