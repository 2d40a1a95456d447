// Zone groups: declared ones that the account is not opted in to after all, and zones that are closed.

import type { Ground } from '../../ground.ts'
import { isOptedIn, zoneGroupsOf } from '../zones.ts'
import type { ZoneFacts } from './facts.ts'
import type { PreflightFinding } from './finding.ts'

export async function zoneFindings({ plan }: Ground, facts: ZoneFacts): Promise<readonly PreflightFinding[]> {
  const found = await Promise.all(
    zoneGroupsOf(plan).map(async ({ group, at, step }): Promise<readonly PreflightFinding[]> => {
      const zones = await facts.in(at)
      const own = zones.filter(({ GroupName }) => GroupName === group)
      if (own.length === 0)
        return [
          {
            severity: 'error',
            what: `${at.region} has no zone group ${group}`,
            why: 'DescribeAvailabilityZones names none of it',
            next: 'correct the zone in the fleet',
          },
        ]
      const closed = own.filter(({ State }) => State === 'impaired' || State === 'unavailable')
      const findings: PreflightFinding[] = closed.map(({ ZoneName, State }) => ({
        severity: 'note',
        what: `${ZoneName} is ${State}`,
        why: 'AWS says so of the zone',
        next: 'wait, or leave the site out with --only',
      }))
      if (!isOptedIn(zones, group))
        findings.push({
          severity: 'note',
          what: `the account is not opted in to ${group}${step.existing ? ', though accounts[].optedIn says so' : ''}`,
          why: 'no subnet can be made in it before',
          next: 'skerry up asks for it, and --yes says yes; AWS takes it back by support only',
        })
      return findings
    }),
  )
  return found.flat()
}
