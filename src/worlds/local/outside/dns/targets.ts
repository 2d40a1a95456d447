// What load balancers say of their targets: an alias that evaluates them follows it, and so does an alarm on the metric. AWS knows this
// from inside, whatever becomes of the ways of users; so the door is asked directly, and where it cannot be asked, what was last known
// stays.

import { Agent, request } from 'node:http'
import { wayOver } from '../conditions.ts'
import type { Destination } from '../dial.ts'
import type { TargetsAnswer } from '../doors/config.ts'
import { targetsPath } from '../doors/config.ts'
import type { Surroundings } from '../part.ts'

export interface Targets {
  /** At least one is healthy; none registered is unhealthy. Until something is known, they are. */
  healthy(door: Destination): boolean
  /** These are watched from now on, and no others. */
  follow(doors: readonly Destination[]): void
  state(): readonly TargetState[]
  close(): void
}

interface TargetState {
  readonly door: string
  readonly healthy: boolean
  readonly targets?: number
  readonly healthyTargets?: number
  /** The door does not tell its targets: the status of its answer stands for them. */
  readonly byStatus?: true
}

interface Followed {
  state: TargetState
  readonly door: Destination
  timer: NodeJS.Timeout | undefined
}

/** Of the document, and real milliseconds at least. */
const every = { seconds: 1, milliseconds: 100 } as const
const patienceMilliseconds = 2_000

const keyOf = ({ address, port }: Pick<Destination, 'address' | 'port'>): string => `${address}:${port}`

export function followTargets(surroundings: Surroundings, changed: (door: Destination) => void): Targets {
  const followed = new Map<string, Followed>()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  async function look(one: Followed): Promise<void> {
    const heard = await targetsOf(one.door, agent)
    if (followed.get(keyOf(one.door)) !== one) return
    const cut = 'cut' in wayOver(surroundings.conditions(), one.door.crosses)
    const before = one.state.healthy
    // a door that stands behind a fault may be silent for that reason alone
    if (heard !== undefined || !cut) one.state = { door: keyOf(one.door), healthy: false, ...heard }
    if (one.state.healthy !== before) changed(one.door)
  }

  /** Again and again, whatever went wrong. */
  async function watch(one: Followed): Promise<void> {
    await look(one).catch(surroundings.failed)
    if (followed.get(keyOf(one.door)) !== one) return
    // a fleet of many doors is asked less often
    const wait = Math.max(every.milliseconds, (every.seconds * 1_000) / surroundings.speed(), followed.size * 10)
    one.timer = setTimeout(() => void watch(one), wait)
  }

  return {
    healthy: (door) => followed.get(keyOf(door))?.state.healthy ?? true,
    follow(doors) {
      const wanted = new Map(doors.map((door) => [keyOf(door), door]))
      for (const [key, { timer }] of followed) {
        if (wanted.has(key)) continue
        clearTimeout(timer)
        followed.delete(key)
      }
      for (const [key, door] of wanted) {
        if (followed.has(key)) continue
        const one: Followed = { door, state: { door: key, healthy: true }, timer: undefined }
        followed.set(key, one)
        void watch(one)
      }
    },
    state: () => [...followed.values()].map(({ state }) => state),
    close() {
      for (const { timer } of followed.values()) clearTimeout(timer)
      followed.clear()
      agent.destroy()
    },
  }
}

/** Undefined: nobody is there. */
function targetsOf({ address, port }: Destination, agent: Agent): Promise<Omit<TargetState, 'door'> | undefined> {
  return new Promise((resolve) => {
    const asked = request(
      { host: address, port, path: targetsPath, agent, timeout: patienceMilliseconds },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => resolve(undefined))
        response.on('end', () => resolve(read(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

function read(status: number, text: string): Omit<TargetState, 'door'> {
  try {
    const { targets, healthy } = JSON.parse(text) as Partial<TargetsAnswer>
    if (typeof targets === 'number' && typeof healthy === 'number')
      return { healthy: healthy > 0, targets, healthyTargets: healthy }
  } catch {
    // no door of ours
  }
  return { healthy: status < 500, byStatus: true }
}
