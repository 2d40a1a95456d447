// A fleet on real engines for the tests of a file: brought up with the engines of this machine, and taken down with all that it was.

import type { Plan } from '../../../model/plan.ts'
import { enginesOfMachine } from '../binaries.ts'
import type { Clients } from '../clients.ts'
import { down } from '../down.ts'
import type { UpOptions, UpReport } from '../up.ts'
import { up } from '../up.ts'
import type { Machine } from './machine.case.ts'

export const bringUp = (
  { folder, source }: Machine,
  plan: Plan,
  { only, say = () => undefined, ...more }: Partial<Pick<UpOptions, 'only' | 'speed' | 'say'>> = {},
): Promise<UpReport> =>
  up({ ...more, plan, only, folder, source, engines: enginesOfMachine(process.env), say, now: () => new Date() })

/** `left`: before its folder goes, with the engines ended. Nothing where it was never brought up. */
export async function takeDown(
  here: Machine | undefined,
  clients?: Clients,
  left: (here: Machine) => void = () => undefined,
): Promise<void> {
  if (here === undefined) return
  clients?.close()
  await down({ folder: here.folder, say: () => undefined, now: () => new Date() })
  left(here)
  here.remove()
}
