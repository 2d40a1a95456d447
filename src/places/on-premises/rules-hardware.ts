// Machines of bare metal: what the hardware file of a cluster lists. EKS Anywhere refuses a wrong line when the file is used, on the admin
// machine; two of these laws it has not: a password that lies in a repository, and a label by which one cluster takes another's machine.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet } from '../../model/fleet.ts'
import type { HardwareFile, Machine } from '../../model/hardware.ts'
import { hardwareColumns } from '../../model/hardware.ts'
import { source } from '../sources.ts'
import type { AnywhereCluster } from './clusters.ts'
import { anywhereClusters, controlPlanesOf, hitAt } from './clusters.ts'
import { controlPlaneGroup, groupOfMachine, workersOf } from './groups.ts'

const hardwareSource = `${source.EKSAS}: pkg/providers/tinkerbell/hardware`

/** Clusters whose hardware file is there. */
function listed(fleet: Fleet): readonly { readonly one: AnywhereCluster; readonly file: HardwareFile }[] {
  const { hardware } = fleet
  if (hardware === undefined) return []
  return anywhereClusters(fleet).flatMap((one) => {
    const file = one.spec.provider === 'bareMetal' ? hardware[one.spec.hardware?.csv ?? ''] : undefined
    return file === undefined ? [] : [{ one, file }]
  })
}

const noPassword: Rule = {
  code: 'EA029',
  severity: 'error',
  title: 'No password stands in a hardware file',
  why: 'The file lies beside the fleet, and so in its repository: whoever reads it can switch every machine off. A variable is filled in at the moment the file is used.',
  sources: [source.derived, hardwareSource],
  check: (fleet) =>
    listed(fleet).flatMap(({ one, file }) =>
      file.machines.flatMap((machine): Hit[] =>
        machine.passwordWritten
          ? [
              {
                origin: machine.origin,
                field: 'bmc_password',
                found: 'is written down',
                fix: `write \${BMC_PASSWORD}${one.spec.hardware?.bmcSecretRef === undefined ? ', and name where it is kept in hardware.bmcSecretRef' : ''}; and change the password, since it is known`,
              },
            ]
          : [],
      ),
    ),
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const address = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const hostname = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const labelPart = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/

/** Column, and what is wrong with it. */
function faultsOf(machine: Machine): readonly (readonly [column: string, found: string, fix: string])[] {
  const faults: (readonly [string, string, string])[] = []
  const add = (column: string, wrong: boolean, fix: string, value: string): void => {
    if (wrong) faults.push([column, value === '' ? 'is empty' : `is ${value}`, fix])
  }
  const { hostname: name, mac, ipAddress, netmask, gateway, nameservers, disk, labels, vlanId, bmcIp } = machine
  add(
    'hostname',
    !hostname.test(name) || name.length > 253,
    'write a name of lower case letters, digits and hyphens',
    name,
  )
  add('mac', !/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(mac), 'write six pairs of hexadecimal digits', mac)
  add('ip_address', !address.test(ipAddress), 'write an IPv4 address', ipAddress)
  add('netmask', !address.test(netmask), 'write a mask such as 255.255.255.0', netmask)
  add('gateway', !address.test(gateway), 'write an IPv4 address', gateway)
  add(
    'nameservers',
    nameservers.length === 0 || nameservers.some((one) => one === ''),
    'write addresses with | between them',
    nameservers.join('|'),
  )
  add('disk', !/^(?:\/dev\/[\w-]+)+$/.test(disk), 'write a device such as /dev/sda', disk)
  const wrong = Object.entries(labels).find(([key, value]) => {
    const [last = '', prefix] = key.split('/').toReversed()
    return (
      last === '' || !labelPart.test(last) || (prefix !== undefined && !hostname.test(prefix)) || !labelPart.test(value)
    )
  })
  add('labels', wrong !== undefined, 'write key=value, with | between several', wrong?.join('=') ?? '')
  add(
    'vlan_id',
    vlanId !== '' && !(/^\d{1,4}$/.test(vlanId) && Number(vlanId) >= 1 && Number(vlanId) <= 4094),
    'write a number from 1 to 4094',
    vlanId,
  )
  const hasBmc = bmcIp !== '' || machine.bmcUsername !== '' || machine.bmcPassword !== '' || machine.passwordWritten
  add(
    'bmc_ip',
    hasBmc && !address.test(bmcIp),
    'write the address of the management controller, or leave its user and password out',
    bmcIp,
  )
  return faults
}

const wholeMachines: Rule = {
  code: 'EA030',
  severity: 'error',
  title: 'A hardware file lists each machine whole, and once',
  why: 'EKS Anywhere refuses a file with a wrong line; of two machines with one address, or one name, the second takes the place of the first.',
  sources: [`${hardwareSource}, csv.go and validator.go`],
  check: (fleet) => {
    const seen = new Map<string, Machine>()
    const judged = new Set<HardwareFile>()
    return listed(fleet).flatMap(({ one, file }): Hit[] => {
      if (judged.has(file)) return []
      judged.add(file)
      const missing = hardwareColumns.required.filter((column) => !file.columns.includes(column))
      if (missing.length > 0)
        return [
          hitAt(
            one,
            'hardware/csv',
            `is ${file.file}, without ${missing.join(', ')}`,
            `add ${missing.join(', ')} to its first line`,
          ),
        ]
      if (file.machines.length === 0)
        return [hitAt(one, 'hardware/csv', `is ${file.file}, without a machine`, 'add a line for each machine')]
      const manager = one.spec.managementCluster ?? one.cluster.name
      const lan = one.sites[0]?.network
      // a range that is not routed is another LAN at every site
      const domain = typeof lan === 'object' && !lan.routed ? one.sites[0]?.name : manager
      return file.machines.flatMap((machine): Hit[] => [
        ...faultsOf(machine).map(([field, found, fix]): Hit => ({ origin: machine.origin, field, found, fix })),
        ...(
          [
            ['hostname', machine.hostname, manager],
            ['mac', machine.mac.toLowerCase(), ''],
            ['ip_address', machine.ipAddress, domain],
            ['bmc_ip', machine.bmcIp, domain],
          ] as const
        ).flatMap(([field, value, where]): Hit[] => {
          const key = `${field} ${where} ${value}`
          const other = value === '' ? undefined : seen.get(key)
          if (other === undefined) seen.set(key, machine)
          return other === undefined
            ? []
            : [
                {
                  origin: machine.origin,
                  field,
                  found: `is ${value}, that of ${other.hostname} in ${other.origin.file}`,
                  fix: 'give each machine its own',
                },
              ]
        }),
      ])
    })
  },
}

const enoughMachines: Rule = {
  code: 'EA031',
  severity: 'error',
  title: 'A hardware file has a machine for each that the cluster asks for',
  why: 'The label type of a line says for which group a machine is: cp, or a node pool. EKS Anywhere makes nothing until each group has enough.',
  sources: [`${source.EKSAS}: pkg/providers/tinkerbell, MinimumHardwareAvailableAssertionForCreate`],
  check: (fleet) => {
    const shared = new Map<HardwareFile, number>()
    for (const { file } of listed(fleet)) shared.set(file, (shared.get(file) ?? 0) + 1)
    return listed(fleet).flatMap(({ one, file }): Hit[] => {
      if (file.machines.length === 0) return []
      const { name } = one.cluster
      const workers = workersOf(one.spec, one.pools)
      const several = (shared.get(file) ?? 0) > 1
      const groupOf = (machine: Machine) => groupOfMachine(machine, name, workers, several)
      const counts = new Map<string, number>()
      for (const machine of file.machines) {
        const group = groupOf(machine)
        if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1)
      }
      const wanted = [
        [controlPlaneGroup, controlPlanesOf(one)] as const,
        ...workers.map((pool) => [pool.name, pool.replicas] as const),
      ]
      // in a file of several clusters it may be another's
      const strangers = several ? [] : file.machines.filter((machine) => groupOf(machine) === undefined)
      const label = (group: string) => `type=${several ? `${name}-` : ''}${group}`
      return [
        ...wanted.flatMap(([group, count]): Hit[] => {
          const there = counts.get(group) ?? 0
          return there >= count
            ? []
            : [
                hitAt(
                  one,
                  'hardware/csv',
                  `is ${file.file}, with ${there} of ${count} machines for ${group}`,
                  `add lines with ${label(group)} among their labels`,
                ),
              ]
        }),
        ...strangers.map(
          (machine): Hit => ({
            origin: machine.origin,
            field: 'labels',
            found: `say no group of ${name}${machine.labels.type === undefined ? '' : `, but type=${machine.labels.type}`}`,
            fix: `write ${wanted.map(([group]) => label(group)).join(', or ')}`,
            severity: 'warning',
          }),
        ),
      ]
    })
  },
}

export const hardwareRules: readonly Rule[] = [noPassword, wholeMachines, enoughMachines]
