// The stacks of the plan as CloudFormation has them: how each stands, since when, and of one that failed the first reason, not the
// cancellations that follow from it.

import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import { whereOfStack } from '../aws/fleet-accounts.ts'
import { eventsOf, firstFailure, isMoving, isWhole, stackOf } from '../aws/stack-state.ts'
import type { Asking } from './asking.ts'
import { answerOf, declaredStacks, remembered } from './asking.ts'

export interface StackStatus extends Age {
  readonly name: string
  readonly account: string | undefined
  readonly region: string
  readonly state: Standing
  /** In the words of CloudFormation, such as UPDATE_ROLLBACK_COMPLETE; undefined: there is no such stack, or it was never heard of. */
  readonly status: string | undefined
  /** Why it failed last. */
  readonly reason: string | undefined
  readonly settle: readonly string[]
}

interface Described {
  readonly status: string | undefined
  readonly since: string | undefined
  readonly reason: string | undefined
}

export function stackStatuses(asking: Asking): Promise<readonly StackStatus[]> {
  return Promise.all(declaredStacks(asking.ground.plan).map((stack) => stackStatus(asking, stack)))
}

async function stackStatus(asking: Asking, stack: StackFile): Promise<StackStatus> {
  const { ground, asked } = asking
  const where = whereOfStack(ground.plan.fleet, stack)
  const said = await answerOf(asking, `the stack ${stack.name} cannot be described`, async (): Promise<Described> => {
    const client = ground.aws.cloudFormation(where)
    const it = await stackOf(client, stack.name)
    if (it === undefined) return { status: undefined, since: undefined, reason: undefined }
    const status = it.StackStatus ?? ''
    const failure = hasFailed(status) ? firstFailure(await eventsOf(client, stack.name)) : undefined
    return {
      status,
      since: (it.LastUpdatedTime ?? it.CreationTime)?.toISOString(),
      reason:
        failure === undefined
          ? hasFailed(status)
            ? it.StackStatusReason
            : undefined
          : `${failure.resource}: ${failure.reason}`,
    }
  })
  const { value, age, heard } = remembered(asking, `stack/${stack.name}`, said)
  const base = { name: stack.name, ...where, status: value?.status, reason: value?.reason }
  if (!heard)
    return { ...base, state: 'notHeardOf', ...age, reason: said.kind === 'silent' ? said.why : undefined, settle: [] }
  return {
    ...base,
    ...ageOf(value?.since, asked),
    state: isThere(value?.status) ? 'asWanted' : 'behind',
    settle: settling(stack.name, where.region, value?.status),
  }
}

const isThere = (status: string | undefined): boolean => status !== undefined && isWhole(status)

const hasFailed = (status: string): boolean => /FAILED|ROLLBACK/.test(status)

function settling(name: string, region: string, status: string | undefined): readonly string[] {
  const at = `--region ${region} --stack-name ${name}`
  if (isThere(status) || (status !== undefined && isMoving(status))) return []
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return [`aws cloudformation continue-update-rollback ${at}`, 'skerry up --on real']
  if (status === 'DELETE_FAILED') return [`aws cloudformation describe-stack-events ${at}`, 'skerry down --on real']
  return ['skerry up --on real']
}
