// What the users of one audience get at one front door. All who are led there fare alike, so one of them asks for all, again and again;
// when somebody fares otherwise than the last, twelve ask at once, and the share of them that is answered is that of all. (Twelve, as a door
// with one, two, three, four or six pods behind it then shows the very share of those that answer.)

import { ask } from '../ask.ts'
import { copyKey } from '../conditions.ts'
import type { Surroundings } from '../part.ts'
import type { AudienceConfig, AudienceDoor } from './config.ts'

export interface Visits {
  readonly door: AudienceDoor
  /** Share of requests that are answered; undefined: nobody has asked yet. */
  share(): number | undefined
  /** One user asks. */
  visit(): void
  /** Comes back when what is known is fresh, or when that takes longer than so. */
  known(milliseconds: number): Promise<void>
  counts(): { readonly requests: number; readonly failed: number }
  close(): void
}

/** How many ask when there is doubt. */
const crowd = 12
/** Users give up after that long, of the document, and real at least; but wait for an answer that is known to be late. */
const patience = { seconds: 8, milliseconds: 800 } as const

/** So old may be what users tell: that nobody answers is known when patience ends. */
export const patienceMilliseconds = (speed: number): number =>
  Math.max((patience.seconds * 1_000) / speed, patience.milliseconds)
/** Where only some are answered, how often a crowd is asked again; of the document. */
const againSeconds = 5

export function visits(
  { app, host, path }: Pick<AudienceConfig, 'app' | 'host' | 'path'>,
  door: AudienceDoor,
  surroundings: Surroundings,
  changed: (atMs: number) => void,
): Visits {
  let share: number | undefined
  /** When the requests were sent that the share is known from. */
  let decidedMs = 0
  let lastAnsweredMs = 0
  let lastHeardMs = 0
  let askingCrowd = false
  let crowdMs = 0
  let requests = 0
  let failed = 0
  let closed = false
  const waiting = new Set<() => void>()
  let wordAsked = false

  async function request(): Promise<{ readonly answered: boolean; readonly silent: boolean }> {
    const { speed, conditions } = surroundings
    const late = (conditions().late[copyKey(app, door.site)] ?? 0) * 1_000
    const most = patienceMilliseconds(speed()) + late
    requests += 1
    const begun = Date.now()
    const heard = await ask({ ...door, protocol: 'http', host, path }, { connect: most, response: most }, surroundings)
    const answered = heard.kind === 'answered' && heard.status < 500
    lastHeardMs = Date.now()
    if (answered) lastAnsweredMs = Math.max(lastAnsweredMs, begun)
    else failed += 1
    return { answered, silent: heard.kind === 'silent' || heard.kind === 'late' }
  }

  function decide(next: number, atMs: number, sentMs: number): void {
    decidedMs = sentMs
    const before = share
    share = next
    if (before !== next && !closed) changed(atMs)
  }

  /** `sinceMs`: what the first one who fared otherwise was sent at. */
  async function askCrowd(sinceMs: number): Promise<void> {
    if (askingCrowd || closed) return
    askingCrowd = true
    crowdMs = Date.now()
    const sentMs = crowdMs
    const heard = await Promise.all(Array.from({ length: crowd }, request)).finally(() => {
      askingCrowd = false
    })
    if (closed) return
    const answered = heard.filter((one) => one.answered).length
    decide(tidy(answered / crowd), sinceMs, sentMs)
  }

  async function one(): Promise<void> {
    const sentMs = Date.now()
    const { answered, silent } = await request()
    if (closed || sentMs < decidedMs || askingCrowd) return
    if (share === undefined && answered) return decide(1, sentMs, sentMs)
    const some = share !== undefined && share > 0 && share < 1
    if (some) {
      if (Date.now() - crowdMs > (againSeconds * 1_000) / surroundings.speed()) await askCrowd(Date.now())
      return
    }
    if (answered === (share === 1)) return
    // nobody who came later was answered either: no crowd would learn more
    if (silent && lastAnsweredMs < sentMs) return decide(0, sentMs, sentMs)
    await askCrowd(answered ? Date.now() : sentMs)
  }

  const visit = (): Promise<void> => one().catch(surroundings.failed)

  return {
    door,
    share: () => share,
    visit: () => void visit(),
    known: (milliseconds) =>
      new Promise((resolve) => {
        if (share !== undefined && Date.now() - lastHeardMs < milliseconds) return resolve()
        const wake = (): void => {
          clearTimeout(timer)
          waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, milliseconds)
        waiting.add(wake)
        // one asks for all who wait
        if (wordAsked) return
        wordAsked = true
        void visit().then(() => {
          wordAsked = false
          for (const each of waiting) each()
        })
      }),
    counts: () => ({ requests, failed }),
    close() {
      closed = true
      for (const wake of waiting) wake()
    },
  }
}

const tidy = (share: number): number => Math.round(share * 1e9) / 1e9
