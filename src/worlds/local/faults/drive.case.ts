// A drill in a process of its own that ends itself without a word after so many lines of the journal: drive.case.ts FOLDER LINES FAULTS

import { fakeFleet } from './fake-fleet.case.ts'
import { faultsOn } from './faults.ts'

const [folder = '', lines = '0', faults = ''] = process.argv.slice(2)
let left = Number(lines)
const it = await fakeFleet(folder, faults)
const running = faultsOn({
  ...it,
  afterLine: () => {
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  },
})
for (const fault of it.drill.faults) await running.inject(fault)
for (const fault of it.drill.faults) await running.end(fault)
await running.healAll()
process.stdout.write('whole')
