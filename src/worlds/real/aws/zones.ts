// Zone groups that an account opts in to, once and for all: AWS offers no way back but a support case, so a person says yes first.

import type { AvailabilityZone } from '@aws-sdk/client-ec2'
import { DescribeAvailabilityZonesCommand, ModifyAvailabilityZoneGroupCommand } from '@aws-sdk/client-ec2'
import { asText } from '../../../artefacts/cloudformation/values.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Consent } from '../consent.ts'
import type { Ground } from '../ground.ts'
import type { Work } from '../work.ts'
import { pollMilliseconds } from './change-set.ts'
import type { Aws, Where } from './clients.ts'
import { awsRefusal } from './errors.ts'

export interface ZoneGroup {
  readonly step: PlannedStep
  readonly group: string
  readonly at: Where
}

export const zoneGroupsOf = (plan: Plan): readonly ZoneGroup[] =>
  plan.steps
    .filter(({ kind, change }) => kind === 'zone.optIn' && change !== 'remove')
    .map((step) => {
      const group = step.subject.zoneGroup ?? ''
      return {
        step,
        group,
        at: { account: step.subject.account, region: asText(step.intent.region) || regionOfGroup(group) },
      }
    })

/** `us-west-2-lax-1`, `us-east-1-wl1-bos-wlz-1` → their Regions. */
export const regionOfGroup = (group: string): string => /^[a-z]{2}(?:-[a-z]+)+-\d/.exec(group)?.[0] ?? ''

/** The zones of a Region with those that need an opt-in. */
export async function zonesIn(aws: Aws, at: Where): Promise<readonly AvailabilityZone[]> {
  try {
    const { AvailabilityZones = [] } = await aws
      .ec2(at)
      .send(new DescribeAvailabilityZonesCommand({ AllAvailabilityZones: true }))
    return AvailabilityZones
  } catch (error) {
    throw awsRefusal(error, `the zones of ${at.region} cannot be listed`)
  }
}

export const isOptedIn = (zones: readonly AvailabilityZone[], group: string): boolean => {
  const own = zones.filter(({ GroupName }) => GroupName === group)
  return own.length > 0 && own.every(({ OptInStatus }) => OptInStatus !== 'not-opted-in')
}

export const zoneId = (group: string): string => `zone/${group}`

export const zoneWork = (ground: Ground, consent: Consent): readonly Work[] =>
  zoneGroupsOf(ground.plan).map(({ step, group, at }) => ({
    id: zoneId(group),
    title: step.existing ? `See that ${group} is opted in to` : `Opt in to the zone group ${group}`,
    steps: [step.id],
    needs: [],
    at: at.region,
    run: async (told) => {
      const { aws, pause } = ground
      if (isOptedIn(await zonesIn(aws, at), group)) return { kind: 'done', changed: false }
      const question = `the account ${at.account ?? ''} is not opted in to ${group}. Opting in costs nothing, and only AWS support can take it back.\nOpt in?`
      if (!(await consent.yes(question)))
        throw new Refusal(
          'refused',
          `the account is not opted in to ${group}`,
          `aws ec2 modify-availability-zone-group --region ${at.region} --group-name ${group} --opt-in-status opted-in, then run this again`,
        )
      try {
        await aws.ec2(at).send(new ModifyAvailabilityZoneGroupCommand({ GroupName: group, OptInStatus: 'opted-in' }))
      } catch (error) {
        throw awsRefusal(error, `the opt-in to ${group} cannot be asked for`)
      }
      for (let tries = 0; !isOptedIn(await zonesIn(aws, at), group); tries++) {
        if (told.signal.aborted || tries > 200)
          throw new Refusal(
            'world',
            `the opt-in to ${group} has been asked for, and is not there yet`,
            'run this again: it is waited for',
          )
        told.observe('not-opted-in yet')
        await pause(pollMilliseconds, told.signal)
      }
      return { kind: 'done', changed: true }
    },
  }))
