// Machines of bare metal, as a hardware file lists them: one in a line. Passwords of their management controllers are never among
// the values: what is kept is where one comes from, or that one was written down.

import type { Origin } from './origin.ts'

export interface HardwareFile {
  /** As the user would name it. */
  readonly file: string
  /** Of its first line. */
  readonly columns: readonly string[]
  readonly machines: readonly Machine[]
}

export interface Machine {
  readonly origin: Origin
  readonly hostname: string
  readonly mac: string
  readonly ipAddress: string
  readonly netmask: string
  readonly gateway: string
  readonly nameservers: readonly string[]
  readonly disk: string
  readonly labels: Readonly<Record<string, string>>
  readonly vlanId: string
  readonly bmcIp: string
  readonly bmcUsername: string
  /** `${NAME}`, or empty: the value is filled in when the file is used. */
  readonly bmcPassword: string
  /** Somebody wrote a password into the file. It is not kept. */
  readonly passwordWritten: boolean
}

/** As EKS Anywhere names them (pkg/providers/tinkerbell/hardware/machine.go); the rest may be left out. */
export const hardwareColumns = {
  required: ['hostname', 'mac', 'ip_address', 'netmask', 'gateway', 'nameservers', 'disk', 'labels'],
  optional: ['vlan_id', 'bmc_ip', 'bmc_username', 'bmc_password'],
} as const
