// What only the stacks of AWS would know: the id of a VPC, of a subnet, a host name. Here a stand-in of ours takes its place, the same in
// every run, with the look of the real thing and plainly not one.

import { createHash } from 'node:crypto'

/** For a variable such as `fleet_vpc_main`. */
export function standInValue(variable: string): string {
  const hex = createHash('sha256').update(variable).digest('hex').slice(0, 17)
  if (/^fleet_vpc(_|$)/.test(variable)) return `vpc-${hex}`
  if (/^fleet_subnet_/.test(variable)) return `subnet-${hex}`
  if (/^fleet_account_/.test(variable)) return '000000000000'
  if (/^fleet_endpoint_/.test(variable)) return 'https://127.0.0.1'
  return 'stand-in.invalid'
}
