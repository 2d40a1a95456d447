// What was put onto which API, by path and uid: what the fleet has no more is taken off again, and an object of the same name that somebody
// else made never is.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Api } from '../ground.ts'

/** By path on the API, the uid. */
export type Put = Readonly<Record<string, string>>

/** By the id of the work that put it there. */
type Puts = Readonly<Record<string, Put>>

const keyOf = ({ kind, name }: Api): string => `${kind}/${name}`
const fileOf = (folder: string): string => join(folder, 'delivered.json')

function readAll(folder: string): Readonly<Record<string, Puts>> {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Readonly<Record<string, Puts>>
  } catch {
    return {}
  }
}

export const putOnto = (folder: string, api: Api): Puts => readAll(folder)[keyOf(api)] ?? {}

/** Whole or not at all, so that a kill leaves the file as it was. An empty record is none. */
export function remember(folder: string, api: Api, by: string, put: Put): void {
  const { [by]: _, ...others } = putOnto(folder, api)
  const puts: Puts = Object.keys(put).length === 0 ? others : { ...others, [by]: put }
  const { [keyOf(api)]: __, ...rest } = readAll(folder)
  const all = Object.keys(puts).length === 0 ? rest : { ...rest, [keyOf(api)]: puts }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  written(fileOf(folder), all)
}

const emptiedFile = (folder: string): string => join(folder, 'withdrawn.json')

function emptied(folder: string): Readonly<Record<string, readonly string[]>> {
  try {
    return JSON.parse(readFileSync(emptiedFile(folder), 'utf8')) as Readonly<Record<string, readonly string[]>>
  } catch {
    return {}
  }
}

/** Whether that work was done while the API answered, and nothing was brought there since. */
export const isWithdrawn = (folder: string, api: Api, by: string): boolean =>
  emptied(folder)[keyOf(api)]?.includes(by) === true

export const rememberWithdrawn = (folder: string, api: Api, by: string): void =>
  writeEmptied(folder, { ...emptied(folder), [keyOf(api)]: [...new Set([...(emptied(folder)[keyOf(api)] ?? []), by])] })

export function forgetWithdrawn(folder: string, api: Api): void {
  const { [keyOf(api)]: mine, ...others } = emptied(folder)
  if (mine !== undefined) writeEmptied(folder, others)
}

function writeEmptied(folder: string, all: Readonly<Record<string, readonly string[]>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  written(emptiedFile(folder), all)
}

function written(file: string, value: unknown): void {
  const fresh = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, `${JSON.stringify(value, null, 1)}\n`, { mode: 0o600 })
  renameSync(fresh, file)
}
