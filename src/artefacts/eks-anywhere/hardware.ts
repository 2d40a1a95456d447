// The hardware file of a cluster, as EKS Anywhere reads it (pkg/providers/tinkerbell/hardware/csv.go). Two things differ from what the fleet
// names: passwords are variables, filled in at the moment the file is used, and the label that says which group a machine is for names the
// cluster as well, so that no cluster takes the machine of another.

import type { HardwareFile, Machine } from '../../model/hardware.ts'
import { hardwareColumns } from '../../model/hardware.ts'
import { groupOfMachine, hardwareLabel } from '../../places/on-premises/groups.ts'
import { hardwareGroup } from './providers.ts'
import type { View } from './view.ts'

export const bmcVariables = { username: 'BMC_USERNAME', password: 'BMC_PASSWORD' } as const

/** @param shared whether the file lists machines of other clusters too */
export function hardwareCsv(view: View, file: HardwareFile, shared: boolean): string {
  const machines = file.machines.flatMap((machine): Machine[] => {
    const group = groupOfMachine(machine, view.name, view.workers, shared)
    if (group === undefined) return []
    return [{ ...machine, labels: { ...machine.labels, [hardwareLabel]: hardwareGroup(view.name, group) } }]
  })
  const some = (has: (machine: Machine) => boolean) => machines.some(has)
  const columns = [
    ...hardwareColumns.required,
    ...(some(({ vlanId }) => vlanId !== '') ? (['vlan_id'] as const) : []),
    ...(some(hasBmc) ? (['bmc_ip', 'bmc_username', 'bmc_password'] as const) : []),
  ]
  const rows = machines.map((machine) => columns.map((column) => quoted(cells[column](machine))).join(','))
  return `${[columns.join(','), ...rows].join('\n')}\n`
}

type Column = (typeof hardwareColumns)['required' | 'optional'][number]

const hasBmc = ({ bmcIp }: Machine): boolean => bmcIp !== ''

const cells: Readonly<Record<Column, (machine: Machine) => string>> = {
  hostname: ({ hostname }) => hostname,
  mac: ({ mac }) => mac,
  ip_address: ({ ipAddress }) => ipAddress,
  netmask: ({ netmask }) => netmask,
  gateway: ({ gateway }) => gateway,
  nameservers: ({ nameservers }) => nameservers.join('|'),
  disk: ({ disk }) => disk,
  labels: ({ labels }) =>
    Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join('|'),
  vlan_id: ({ vlanId }) => vlanId,
  bmc_ip: ({ bmcIp }) => bmcIp,
  bmc_username: (machine) => (hasBmc(machine) ? machine.bmcUsername || variable(bmcVariables.username) : ''),
  bmc_password: (machine) => (hasBmc(machine) ? machine.bmcPassword || variable(bmcVariables.password) : ''),
}

const variable = (name: string): string => `\${${name}}`

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
