// A stack taken away: waited for where it is in flight, tried again where something still stood on it, and never left half there without
// a word of what holds it.

import type { Stack } from '@aws-sdk/client-cloudformation'
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation'
import { Refusal } from '../../../model/refusal.ts'
import type { Outcome, Told } from '../work.ts'
import { hash } from './change-set.ts'
import type { Where } from './clients.ts'
import { awsRefusal } from './errors.ts'
import type { ResourceFailure } from './stack-state.ts'
import { eventsOf, failuresOf, failureText, isMoving, shortType, stackOf, tagOf } from './stack-state.ts'
import type { StackGround } from './stacks.ts'
import { fleetTag, settled } from './stacks.ts'

export interface StackDeletion {
  readonly name: string
  readonly at: Where
  readonly fleet: string
  /** Logical ids that stay behind, as the user named them: only after a deletion has failed, and told. */
  readonly retain: readonly string[]
}

const tries = 3
const betweenTriesMilliseconds = 20_000

export async function deleteStack(ground: StackGround, order: StackDeletion, told: Told): Promise<Outcome> {
  const { name, at, fleet } = order
  const client = ground.aws.cloudFormation(at)
  try {
    const found = await stackOf(client, name)
    if (found === undefined) return { kind: 'done', changed: false }
    if (tagOf(found, fleetTag) !== fleet && found.StackStatus !== 'REVIEW_IN_PROGRESS')
      throw new Refusal(
        'refused',
        `the stack ${name} in ${at.region} is not of the fleet ${fleet}: it stays`,
        'delete it yourself, if it is yours',
      )
    if (found.EnableTerminationProtection === true)
      throw new Refusal(
        'refused',
        `the stack ${name} is protected from termination`,
        `aws cloudformation update-termination-protection --region ${at.region} --no-enable-termination-protection --stack-name ${name}; then run this again`,
      )
    const id = found.StackId ?? name
    let stack: Stack = isMoving(found.StackStatus ?? '') ? await settled(ground, client, id, told) : found
    for (let attempt = 1; stack.StackStatus !== 'DELETE_COMPLETE'; attempt++) {
      if (attempt > tries) throw await stuck(ground, order, stack)
      if (attempt > 1) {
        told.observe(`deleting again, the ${attempt}. time`)
        await ground.pause(betweenTriesMilliseconds, told.signal)
      }
      const failed = stack.StackStatus === 'DELETE_FAILED'
      const left = failed ? failuresOf(await eventsOf(client, id)) : []
      const stays = left.filter(({ resource }) => order.retain.includes(resource))
      const retained = [...new Set(stays.map(({ resource }) => resource))]
      if (retained.length > 0) told.observe(`left behind as asked: ${retained.join(', ')}`)
      for (const { resource, type, physicalId = resource, reason } of stays)
        told.keep?.({
          ...{ kind: shortType(type), id: physicalId, at: at.region },
          why: `left behind as asked (--retain ${name}/${resource}): ${reason}`,
          command: `delete the ${type} ${physicalId} when nothing holds it any more`,
        })
      const token = hash(`${id} ${stack.StackStatus} ${stack.DeletionTime?.toISOString() ?? ''} ${attempt}`).slice(
        0,
        32,
      )
      await client.send(
        new DeleteStackCommand({
          StackName: id,
          ClientRequestToken: `skerry-${token}`,
          ...(retained.length > 0 && { RetainResources: retained }),
        }),
      )
      stack = await settled(ground, client, id, told, stack)
    }
    return { kind: 'done', changed: true }
  } catch (error) {
    throw awsRefusal(error, `the stack ${name} in ${at.region} cannot be deleted`)
  }
}

async function stuck({ aws }: StackGround, { name, at }: StackDeletion, stack: Stack): Promise<Refusal> {
  const events = await eventsOf(aws.cloudFormation(at), stack.StackId ?? name)
  const failures = [...new Map(failuresOf(events).map((it) => [it.resource, it])).values()]
  return new Refusal(
    'world',
    `the stack ${name} in ${at.region} is ${stack.StackStatus}: ${failures.length === 0 ? (stack.StackStatusReason ?? 'no resource says why') : failures.map(failureText).join('; ')}`,
    `${failures.map(nextFor).find((it) => it !== undefined) ?? 'see to that'}; then run this again${failures.length === 0 ? '' : `, or leave it behind: --retain ${failures.map(({ resource }) => `${name}/${resource}`).join(' ')}`}`,
    failures.map(({ resource, physicalId, reason }) => ({
      where: resource,
      message: `${physicalId ?? 'without an id'}: ${reason}`,
    })),
  )
}

/** What usually holds it. */
function nextFor({ type, reason }: ResourceFailure): string | undefined {
  if (
    ['AWS::EC2::Subnet', 'AWS::EC2::VPC', 'AWS::EC2::SecurityGroup', 'AWS::EC2::InternetGateway'].includes(type) ||
    /dependen/i.test(reason)
  )
    return 'something that no stack made still stands in it (a load balancer, a network interface): the sweep at the end names it'
  return undefined
}
