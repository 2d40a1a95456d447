// What a drill took away, given back: at its end, or by the next command after one that was cut off. What cannot be given back is told with
// what a person types for it, and stays written down; it keeps nobody from anything but another drill.

import { Refusal } from '../../../model/refusal.ts'
import { awsRefusal } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { disarm } from './armed.ts'
import { byHand } from './by-hand.ts'
import type { Away, Journal, JournalPlace } from './journal.ts'
import { journalIn } from './journal.ts'
import type { Undo } from './undo.ts'
import { carryOut, undoText } from './undo.ts'

const givenBackMax = 4

export interface GiveBackOptions {
  /** What is left is a refusal, not a warning: before another drill. */
  readonly wholly?: boolean
  /** By whom a warning is told, where `say` is drawn over; left out, by `say`. */
  readonly warn?: (line: string) => void
  /** Where a team shares the ledger, the journal of a drill lies too. */
  readonly ledger?: string
}

/** Gives back what a drill that was cut off left away; true: there was something. */
export async function giveBackLeft(
  ground: Ground,
  say: (line: string) => void,
  { wholly = false, warn = say, ledger }: GiveBackOptions = {},
): Promise<boolean> {
  const place = journalIn(ground, ledger)
  const journal = await place.read()
  if (journal === undefined) return false
  say(`the drill ${journal.drill} was cut off: giving back what it took away`)
  try {
    await giveBack(ground, place, journal, say)
  } catch (error) {
    if (wholly || !(error instanceof Refusal)) throw error
    warn(`warning: of the drill ${journal.drill}, ${error.message}`)
    for (const { message } of error.problems) warn(`  ${message}`)
    warn(`  next  ${error.hint}`)
  }
  return true
}

export async function giveBack(
  ground: Ground,
  place: JournalPlace,
  journal: Journal,
  say: (line: string) => void,
): Promise<void> {
  const left: { readonly undo: Undo; readonly message: string }[] = []
  for (const { undo } of [...journal.away].reverse())
    for (const one of undo) {
      const message = await attempted(one)
      if (message !== undefined) left.push({ undo: one, message })
    }
  if (left.length > 0) {
    const isLeft = new Set(left.map(({ undo }) => undo))
    const away = journal.away.flatMap((it): Away[] => {
      const undo = it.undo.filter((one) => isLeft.has(one))
      return undo.length === 0 ? [] : [{ ...it, undo }]
    })
    await place.write({ ...journal, away })
    const { path } = place
    throw new Refusal(
      'world',
      `${left.length === 1 ? 'one thing is' : `${left.length} things are`} not given back yet; what was armed in the cloud gives back at its time`,
      `run the same command again: it goes on with what is left; or give it back by hand as above, and then remove ${[path, ...(place.shared === undefined ? [] : [place.shared])].join(' and ')}`,
      left.flatMap(({ undo, message }) => [
        { message },
        ...byHand(undo, path).map((line) => ({ message: `by hand: ${line}` })),
      ]),
    )
  }
  // only now: until here somebody else would have done it
  await disarm(ground, journal.armed).catch(async (error: unknown) => {
    // what is armed does again what is done; given back it must not be once more by hand
    await place.write({ ...journal, away: [] })
    throw new Refusal(
      'world',
      'all is given back, and what was armed for it is still there',
      'run the same command again; without it, schedules go by themselves at their time, and roles named skerry-drill-… can be deleted by hand',
      [{ message: awsRefusal(error, 'what was armed cannot be taken away').message }],
    )
  })
  await place.end()

  async function attempted(one: Undo): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1)
      try {
        await carryOut(ground, one)
        return undefined
      } catch (error) {
        const { message } = awsRefusal(error, undoText(one))
        if (attempt >= givenBackMax) return message
        say(`${message}: trying again`)
        await ground.pause(2_000)
      }
  }
}
