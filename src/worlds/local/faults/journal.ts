// What faults have taken away and nobody has given back yet: a line each, on the disk before anything is touched, crossed out by another
// line after it was undone. A drill that is killed at any moment leaves in here all that the next command has to undo, and perhaps
// something that was never taken, or is well again: so undoing twice, or for nothing, must do no harm.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeObject } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
import { appendLines, readLines } from '../lines.ts'
import type { ProcessId } from '../process.ts'
import type { Released } from './git.ts'

export type Undo =
  /** Nothing by itself: that a fault is in force, for people. */
  | { readonly kind: 'fault' }
  /** The world outside is told that all is well. */
  | { readonly kind: 'conditions' }
  | {
      readonly kind: 'engine'
      readonly id: string
      readonly how: 'killed' | 'frozen'
      readonly process?: ProcessId
      readonly token?: string
    }
  | { readonly kind: 'node'; readonly cluster: string; readonly node: string }
  | { readonly kind: 'crash'; readonly cluster: string; readonly namespace: string; readonly names: readonly string[] }
  | { readonly kind: 'scale'; readonly cluster: string; readonly path: string; readonly replicas: number }
  | { readonly kind: 'objects'; readonly cluster: string; readonly objects: readonly KubeObject[] }
  | { readonly kind: 'release'; readonly owner: Owner; readonly path: string }
  | ({ readonly kind: 'commit' } & Released)

export interface Entry {
  readonly number: number
  readonly at: string
  /** The fault that it was for, as people say it. */
  readonly fault: string
  readonly undo: Undo
}

type Line = Entry | { readonly done: readonly number[] }

const path = (folder: string): string => join(folder, 'faults.jsonl')

export interface FaultJournal {
  /** On the disk when this comes back; their numbers. */
  write(entries: readonly Omit<Entry, 'number' | 'at'>[]): readonly number[]
  /** Undone: crossed out. The file goes with the last of them. */
  crossOut(numbers: readonly number[]): void
  open(): readonly Entry[]
}

export interface JournalOptions {
  readonly now: () => Date
  /** After each line, for tests that end the process there. */
  readonly afterLine?: () => void
}

export function faultJournal(folder: string, { now, afterLine = () => undefined }: JournalOptions): FaultJournal {
  let next = Math.max(0, ...readOpen(folder).map(({ number }) => number)) + 1
  const append = (lines: readonly Line[]): void => {
    if (lines.length === 0) return
    appendLines(path(folder), lines, { synced: true })
    afterLine()
  }
  return {
    write: (entries) => {
      const lines = entries.map((entry): Entry => {
        const number = next
        next += 1
        return { number, at: now().toISOString(), ...entry }
      })
      append(lines)
      return lines.map(({ number }) => number)
    },
    crossOut: (numbers) => {
      const open = readOpen(folder)
      const done = open.filter(({ number }) => numbers.includes(number))
      if (done.length === 0) return
      if (done.length === open.length) {
        forgetFaults(folder)
        afterLine()
      } else append([{ done: done.map(({ number }) => number) }])
    },
    open: () => readOpen(folder),
  }
}

/** In the order in which they were taken. */
export function readOpen(folder: string): readonly Entry[] {
  const open = new Map<number, Entry>()
  for (const said of readLines<Line>(path(folder)))
    if ('done' in said) for (const number of said.done) open.delete(number)
    else open.set(said.number, said)
  return [...open.values()]
}

export const forgetFaults = (folder: string): void => rmSync(path(folder), { force: true })

/** What is still in force, as people say it, the oldest first. */
export function faultsInForce(folder: string): readonly InForce[] {
  const since = new Map<string, string>()
  for (const { fault, at } of readOpen(folder)) if (!since.has(fault)) since.set(fault, at)
  return [...since].map(([text, at]) => ({ text, since: at }))
}

export interface InForce {
  readonly text: string
  readonly since: string
}
