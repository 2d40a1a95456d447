// Laws about acceptances themselves. What applies them sees the findings of all other laws, so that their own check finds nothing.

import type { Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'

const nothing = () => []

export const acceptanceStillApplies: Rule = {
  code: 'AC001',
  severity: 'warning',
  title: 'An acceptance covers a finding, and has not run out',
  why: 'An acceptance that covers nothing any more would hide the next finding of its code, under a reason that was given for another.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      accept: [{ code: LZ009, reason: The zone has a NAT gateway since May. }]
    `,
    right: yaml`
      networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16, egress: natGatewayPerZone }]
      sites:
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge }] }
      accept: [{ code: LZ009, reason: The zone has a NAT gateway since May. }]
    `,
  },
  check: nothing,
}

export const acceptedErrorHasAnEnd: Rule = {
  code: 'AC002',
  severity: 'warning',
  title: 'An accepted error says until when',
  why: 'An error means that a deployment is refused or can never work. Whoever lives with one decides so for a time, and then again.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      sites:
        - { name: ashburn, place: { region: us-east-1 }, cluster: oregon, nodePools: [{ name: workers }] }
      accept: [{ code: RG030, reason: The move to us-east-1 is under way. }]
    `,
    right: yaml`
      sites:
        - { name: ashburn, place: { region: us-east-1 }, cluster: oregon, nodePools: [{ name: workers }] }
      accept: [{ code: RG030, reason: The move to us-east-1 is under way., until: 2027-03-01 }]
    `,
  },
  check: nothing,
}

export const acceptanceRules: readonly Rule[] = [acceptanceStillApplies, acceptedErrorHasAnEnd]
