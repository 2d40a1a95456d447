// A stack as a piece of work: looked at first, waited for where it is in flight, explained where it failed, changed by a change set, and
// held against its template at the end, since a stack may call itself complete with resources missing.

import type { CloudFormationClient, ResourceChange, Stack } from '@aws-sdk/client-cloudformation'
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Consent } from '../consent.ts'
import type { Ground } from '../ground.ts'
import type { Outcome, Told } from '../work.ts'
import type { ChangeSet } from './change-set.ts'
import { carryOut, changeSetFor, hash, pollMilliseconds } from './change-set.ts'
import type { Where } from './clients.ts'
import { awsRefusal, deniedOf } from './errors.ts'
import type { ResourceFailure } from './stack-state.ts'
import {
  eventsOf,
  failureText,
  firstFailure,
  isMoving,
  isWhole,
  leftIn,
  newsOf,
  resourcesOf,
  shortType,
  stackOf,
  tagOf,
} from './stack-state.ts'

export const fleetTag = 'skerry.dev/fleet'
/** On the stack itself, so that it is still protected when the file does not know it any more. */
const protectTag = 'skerry.dev/protect'

export interface StackOrder {
  readonly file: StackFile
  readonly at: Where
  /** Values of parameters without a default; asked when the stack is about to be made. */
  readonly parameters?: (told: Told) => Promise<Readonly<Record<string, string>>>
  /** Names of protected clusters and sites that go with it. */
  readonly protects: readonly string[]
}

export type StackGround = Pick<Ground, 'aws' | 'pause'> & { readonly consent: Consent }

/** Until it is as its template says. */
export async function deployStack(ground: StackGround, order: StackOrder, told: Told): Promise<Outcome> {
  const { name, region } = order.file
  const client = ground.aws.cloudFormation(order.at)
  try {
    const there = await readied(ground, client, order, told)
    const values = (await order.parameters?.(told)) ?? {}
    const wanted = {
      name,
      template: JSON.stringify(order.file.template),
      parameters: parametersOf(order.file, values),
      tags: order.file.tags,
    }
    const changes = await changeSetFor(client, wanted, there, ground, told.signal)
    if (changes !== undefined) {
      await refuseLoss(ground, order, changes, protectionOf(order, there))
      await carryOut(client, changes, name)
      const after = await settled(ground, client, changes.stackId || name, told, there)
      if (!isWhole(after.StackStatus ?? '')) throw await failed(client, order, after)
    }
    await refuseMissing(client, order)
    return { kind: 'done', changed: changes !== undefined }
  } catch (error) {
    throw awsRefusal(error, `the stack ${name} in ${region} cannot be deployed`)
  }
}

/** What is there that can be changed; undefined: it is to be made. */
async function readied(
  ground: StackGround,
  client: CloudFormationClient,
  order: StackOrder,
  told: Told,
): Promise<Stack | undefined> {
  const { name } = order.file
  const found = await stackOf(client, name)
  if (found === undefined) return undefined
  refuseForeign(found, order)
  if (found.StackStatus === 'REVIEW_IN_PROGRESS') return found
  if (isMoving(found.StackStatus ?? '')) told.observe(`${found.StackStatus}: begun by an earlier run`)
  const there = await settled(ground, client, name, told)
  const status = there.StackStatus ?? ''
  if (status === 'DELETE_COMPLETE') return undefined
  if (status === 'UPDATE_ROLLBACK_FAILED')
    throw new Refusal(
      'world',
      `the stack ${name} could not go back to what it was: ${await reason(client, there)}`,
      `see to that, then: aws cloudformation continue-update-rollback --region ${order.at.region} --stack-name ${name}; then run this again`,
    )
  if (!['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status)) return there
  const why = await reason(client, there)
  const holds = (await leftIn(client, there.StackId ?? name)).filter(({ type }) => stateful.has(type))
  const held = holds.map(({ resource, type, id }) => `${shortType(type)} ${resource} (${id})`).join(', ')
  const question = `the stack ${name} is ${status}, and cannot be changed any more: ${why}\n${held === '' ? '' : `Still there, and lost with it: ${held}\n`}Delete what is left of it, and make it again?`
  const names = holds.length === 0 ? [] : protectionOf(order, there)
  await refuseUnnamed(ground, names, question, `the stack ${name} is ${status} and still has ${held}`)
  if (names.length === 0 && !(await ground.consent.yes(question)))
    throw new Refusal(
      'refused',
      `the stack ${name} is ${status}: ${why}`,
      'see to that, then run this again and let it be made anew, or with --yes',
    )
  told.observe(`deleting what is left of ${status}`)
  await client.send(
    new DeleteStackCommand({
      StackName: name,
      ClientRequestToken: `skerry-${hash(`${there.StackId} ${status}`).slice(0, 32)}`,
    }),
  )
  const after = await settled(ground, client, there.StackId ?? name, told, there)
  if (after.StackStatus !== 'DELETE_COMPLETE')
    throw new Refusal(
      'world',
      `what is left of the stack ${name} cannot be deleted: ${await reason(client, after)}`,
      'see to that, then run this again',
    )
  return undefined
}

/** Polled until it moves no more; `before`: what it was when a change was begun that may not show yet. */
export async function settled(
  { pause }: Pick<Ground, 'pause'>,
  client: CloudFormationClient,
  name: string,
  told: Told,
  before?: Stack,
): Promise<Stack> {
  let unmoved = 0
  for (;;) {
    const stack = await stackOf(client, name)
    // of a deleted stack only its id knows, and not for ever
    if (stack === undefined) return { StackName: name, CreationTime: undefined, StackStatus: 'DELETE_COMPLETE' }
    const status = stack.StackStatus ?? ''
    const isAsBefore =
      before !== undefined &&
      status === before.StackStatus &&
      stack.LastUpdatedTime?.getTime() === before.LastUpdatedTime?.getTime()
    const waits = isMoving(status) || status === 'REVIEW_IN_PROGRESS' || isAsBefore
    if (!waits || (isAsBefore && ++unmoved > 20)) return stack
    if (isMoving(status)) told.observe((await newsOf(client, name)) ?? status)
    if (told.signal.aborted)
      throw new Refusal(
        'world',
        `the stack ${stack.StackName} goes on where it is: ${status}`,
        'run this again: it is waited for',
      )
    await pause(pollMilliseconds, told.signal)
  }
}

/** Values for every parameter, so that none is kept from before. */
function parametersOf(
  { name, template }: StackFile,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([key, parameter]) => {
      const value = values[key] ?? (parameter as { readonly Default?: unknown }).Default
      if (value !== undefined) return [key, String(value)]
      throw new Refusal(
        'world',
        `the stack ${name} needs a value for ${key} that nothing gives`,
        'report this: it is a gap of skerry',
      )
    }),
  )
}

function refuseForeign(stack: Stack, { file, at }: StackOrder): void {
  const owner = tagOf(stack, fleetTag)
  if (owner === file.tags[fleetTag] || stack.StackStatus === 'REVIEW_IN_PROGRESS') return
  throw new Refusal(
    'refused',
    `the stack ${file.name} in ${at.region} is ${owner === undefined ? 'not made by skerry' : `of the fleet ${owner}`}`,
    'give the fleet another metadata.name, or delete that stack if it is yours',
  )
}

/** Types whose replacement or removal loses data, addresses, or what runs on them. */
const stateful = new Set([
  ...[
    'AWS::EKS::Cluster',
    'AWS::EKS::Nodegroup',
    'AWS::AutoScaling::AutoScalingGroup',
    'AWS::EC2::VPC',
    'AWS::EC2::Subnet',
  ],
  ...['AWS::EC2::EIP', 'AWS::EC2::CarrierGateway', 'AWS::Route53::HostedZone', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'],
  ...['AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::EC2::Volume', 'AWS::S3::Bucket', 'AWS::IAM::OIDCProvider'],
])

/**
 * Conditional is what CloudFormation says where it cannot work out whether the resource is made anew, and Dynamic where it cannot work out
 * what happens at all: what may be lost counts as lost.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
 */
async function refuseLoss(
  ground: StackGround,
  { file }: StackOrder,
  { changes }: ChangeSet,
  protects: readonly string[],
): Promise<void> {
  const lost = changes.filter(
    ({ Action, Replacement, ResourceType = '' }) =>
      stateful.has(ResourceType) &&
      (Action === 'Remove' ||
        Action === 'Dynamic' ||
        (Action === 'Modify' && Replacement !== undefined && Replacement !== 'False')),
  )
  if (lost.length === 0) return
  const told = lost.map(lossText).join('; ')
  const question = `the change of the stack ${file.name} takes away what holds state: ${told}\nGo on?`
  await refuseUnnamed(ground, protects, question, told)
  if (protects.length === 0 && !(await ground.consent.yes(question)))
    throw new Refusal(
      'refused',
      `the change of the stack ${file.name} was declined: ${told}`,
      'change the fleet back, or run this again and say yes',
    )
}

/** Nothing but the name counts: not `--yes`. */
async function refuseUnnamed(
  { consent }: StackGround,
  names: readonly string[],
  question: string,
  told: string,
): Promise<void> {
  for (const name of names)
    if (!(await consent.named(name, question, names)))
      throw new Refusal(
        'refused',
        `${told}: ${name} is protected`,
        `type its name when asked, or --protect-off ${name}`,
      )
}

function lossText({ Action, Replacement, ResourceType = '', LogicalResourceId = '' }: ResourceChange): string {
  const fate =
    Action === 'Remove'
      ? 'deleted'
      : Action === 'Dynamic' || Replacement === 'Conditional'
        ? 'perhaps made anew, which CloudFormation cannot tell before'
        : 'made anew'
  return `${shortType(ResourceType)} ${LogicalResourceId} is ${fate}`
}

/** What the fleet protects now, and what it did when the stack was last changed. */
const protectionOf = ({ protects }: StackOrder, there: Stack | undefined): readonly string[] => [
  ...new Set([...protects, ...(there === undefined ? [] : protectedIn(there))]),
]

export const protectedIn = (stack: Stack): readonly string[] =>
  (tagOf(stack, protectTag) ?? '').split(' ').filter((name) => name !== '')

/** The value of a tag has 256 characters: what does not fit is still protected by the file. */
export function protectTags(names: readonly string[]): Readonly<Record<string, string>> {
  const fitting = names.filter((_, index) => names.slice(0, index + 1).join(' ').length <= 256)
  return fitting.length === 0 ? {} : { [protectTag]: fitting.join(' ') }
}

async function refuseMissing(client: CloudFormationClient, { file }: StackOrder): Promise<void> {
  const found = await resourcesOf(client, file.name)
  const resources = Object.entries(
    file.template.Resources as Readonly<Record<string, { readonly Type?: string; readonly Condition?: string }>>,
  )
  const missing = resources.filter(([id, { Condition }]) => Condition === undefined && !found.has(id))
  if (missing.length === 0) return
  throw new Refusal(
    'world',
    `the stack ${file.name} calls itself complete and has no ${missing.map(([id, { Type = '' }]) => `${Type.split('::').at(-1)} ${id}`).join(', ')}`,
    'look at its resources in CloudFormation, delete the stack, and run this again',
  )
}

async function failed(client: CloudFormationClient, { file, at }: StackOrder, stack: Stack): Promise<Refusal> {
  const first = firstFailure(await eventsOf(client, stack.StackId ?? file.name))
  return new Refusal(
    'world',
    `the stack ${file.name} in ${at.region} is ${stack.StackStatus}: ${first === undefined ? 'no resource says why' : failureText(first)}`,
    first === undefined ? 'look at its events in CloudFormation' : nextFor(first),
  )
}

async function reason(client: CloudFormationClient, stack: Stack): Promise<string> {
  const events = await eventsOf(client, stack.StackId ?? stack.StackName ?? '')
  const first = firstFailure(events)
  return first === undefined ? (stack.StackStatusReason ?? 'no resource says why') : failureText(first)
}

/** What a resource's words as a rule call for. */
export function nextFor({ reason: words }: ResourceFailure): string {
  const { action } = deniedOf(words)
  if (action !== undefined)
    return `allow ${action} to whoever deploys: skerry plan --policy prints all that is needed; then run this again`
  if (/insufficient.*capacity|do not have sufficient|not enough capacity/i.test(words))
    return 'there is no capacity of that instance type in that zone now: name a second one in instanceTypes, or run this again later; all else goes on'
  if (/limit|quota|exceeded/i.test(words)) return 'ask for a higher quota (Service Quotas), then run this again'
  return 'see to that, then run this again: the rest stays and goes on'
}
