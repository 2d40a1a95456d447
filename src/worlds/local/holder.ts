// One run at a time. Whoever wants the folder puts a claim into it that bears its pid, its start time and chance, and then looks whether
// anybody else who lives has one: two who come together both see each other, and the one with the lower name stays. A claim of a dead
// process is worth nothing and may be removed by anybody, since no other will ever bear its name; so nothing is left to break after a kill.

import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../model/refusal.ts'
import { privateFolder, Unusable, using, writeFile } from './folder.ts'
import { isAlive, startTimeOf } from './process.ts'

export interface Claim {
  readonly verb: string
  readonly pid: number
  readonly since: string
}

const prefix = 'holder.'

/** Gives back what ends the hold. Throws a Refusal that names the holder. */
export async function hold(folder: string, verb: string, now: () => Date = () => new Date()): Promise<() => void> {
  const startTime = startTimeOf(process.pid) ?? 'unknown'
  const mine = `${prefix}${process.pid}.${startTime.replace(/[^0-9A-Za-z]+/g, '-')}.${randomBytes(4).toString('hex')}`
  const claim: Claim & { readonly startTime: string } = {
    verb,
    pid: process.pid,
    since: now().toISOString(),
    startTime,
  }
  const release = () => rmSync(join(folder, mine), { force: true })
  privateFolder(folder)
  writeFile(join(folder, mine), `${JSON.stringify(claim)}\n`)
  for (const wait of [0, 50, 100, 200]) {
    await pause(wait)
    const others = living(folder).filter(({ file }) => file !== mine)
    if (others.length === 0) return release
    // it came at the same moment and its name is higher: it withdraws, so wait for that
    if (others.every(({ file }) => file > mine)) continue
    break
  }
  release()
  throw taken(living(folder)[0])
}

/**
 * For `down`, which must work though nothing can be written any more: then it goes on without a claim, as long as nobody who lives has one.
 */
export async function holdOrGoOn(
  folder: string,
  verb: string,
  now: () => Date,
  goingOn: (why: Unusable) => void,
): Promise<() => void> {
  try {
    return await hold(folder, verb, now)
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    const [other] = existsSync(folder) ? living(folder) : []
    if (other !== undefined) throw taken(other)
    goingOn(error)
    return () => undefined
  }
}

function taken(other: Claim | undefined): Refusal {
  return new Refusal(
    'refused',
    other === undefined
      ? 'another run of skerry wanted this fleet at the same moment'
      : `skerry ${other.verb} (process ${other.pid}, since ${other.since}) is at work on this fleet`,
    other === undefined ? 'run it again' : 'wait until it is done, or end it, and run this again',
  )
}

/** Who holds the folder now; dead claims are swept. */
export function living(folder: string): readonly (Claim & { readonly file: string })[] {
  return using(folder, () => readdirSync(folder))
    .filter((file) => file.startsWith(prefix) && !file.endsWith('.new'))
    .sort()
    .flatMap((file) => {
      const claim = read(join(folder, file))
      if (claim !== undefined && isAlive(claim)) return [{ verb: claim.verb, pid: claim.pid, since: claim.since, file }]
      forget(join(folder, file))
      return []
    })
}

function forget(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // worth nothing where it lies, too
  }
}

function read(path: string): (Claim & { readonly startTime: string }) | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Claim & { readonly startTime: string }
  } catch {
    return undefined
  }
}
