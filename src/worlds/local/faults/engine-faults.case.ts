// Faults on the engines of a state folder, for tests; run as a program, it takes away what a test says and ends itself without a word:
// engine-faults.case.ts FLEET STATE-FOLDER CLUSTERS

import { pathToFileURL } from 'node:url'
import { plan as planOf, readFleet } from '../../../index.ts'
import type { Fault } from '../../../model/fleet.ts'
import type { Plan } from '../../../model/plan.ts'
import { enginesOfMachine } from '../binaries.ts'
import { clientsFor } from '../clients.ts'
import { enginesOf } from '../engines-of.ts'
import { layoutOf } from '../layout.ts'
import { outsideFound } from '../outside/found.ts'
import { ledgerAt, readState } from '../state.ts'
import { faultsOn } from './faults.ts'
import type { Faults, Happening } from './port.ts'

export function engineFaults(plan: Plan, folder: string, only: readonly string[], told: Happening[]): Faults {
  const state = readState(folder)
  const outside = state && outsideFound(folder, state)
  const [drill] = plan.fleet.drills
  if (state === undefined || outside === undefined || drill === undefined) throw new Error('nothing runs')
  const { speed = 1, ports } = state
  const engines = enginesOfMachine(process.env)
  const layout = layoutOf(plan, only)
  const ledger = ledgerAt(folder, state)
  const clients = clientsFor(folder, () => ports)
  const now = () => new Date()
  return faultsOn({
    ...{ plan, layout, folder, ledger, clients, outside, speed, now, drill },
    runner: { ledger, now, binary: engines.binary, credentials: clients.credentials },
    engines: enginesOf(layout, ports, {
      ...{ folder, kwokFiles: engines.files('kwok'), outsideProgram: engines.outsideProgram() },
      speed,
    }),
    emit: (happening) => told.push(happening) - 1,
    say: (line) => void process.stderr.write(`${line}\n`),
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [source = '', folder = '', only = ''] = process.argv.slice(2)
  const faults = engineFaults(planOf(await readFleet([source])), folder, only.split(','), [])
  await faults.inject({ at: 60, site: 'virginia', lose: 'nodes', count: 1 } as Fault)
  await faults.inject({ at: 60, cluster: 'virginia', lose: 'controlPlane' } as Fault)
  process.kill(process.pid, 'SIGKILL')
}
