// What a drill took away, given back: at its end, or by the next command after one that was cut off.

import { Refusal } from '../../../model/refusal.ts'
import { awsRefusal } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { disarm } from './armed.ts'
import type { Journal } from './journal.ts'
import { endJournal, readJournal } from './journal.ts'
import { carryOut, undoText } from './undo.ts'

const givenBackMax = 4

/** Gives back what a drill that was cut off left away; true: there was something. */
export async function giveBackLeft(ground: Ground, say: (line: string) => void): Promise<boolean> {
  const journal = readJournal(ground.folder)
  if (journal === undefined) return false
  say(`the drill ${journal.drill} was cut off: giving back what it took away`)
  await giveBack(ground, journal, say)
  return true
}

export async function giveBack(ground: Ground, journal: Journal, say: (line: string) => void): Promise<void> {
  const left: { readonly message: string }[] = []
  for (const { undo } of [...journal.away].reverse())
    for (const one of undo)
      for (let attempt = 1; ; attempt += 1)
        try {
          await carryOut(ground, one)
          break
        } catch (error) {
          const message = awsRefusal(error, undoText(one)).message
          if (attempt >= givenBackMax) {
            left.push({ message })
            break
          }
          say(`${message}: trying again`)
          await ground.pause(2_000)
        }
  if (left.length > 0)
    throw new Refusal(
      'world',
      `${left.length === 1 ? 'one thing is' : `${left.length} things are`} not given back yet; what was armed in the cloud gives back at its time`,
      'run the same command again: it goes on with what is left',
      left,
    )
  // only now: until here somebody else would have done it
  await disarm(ground, journal.armed).catch((error: unknown) => {
    throw awsRefusal(error, 'all is given back, and what was armed for it is still there')
  })
  endJournal(ground.folder)
}
