// What CloudFormation says of a stack: its state, what it did last, and why it failed, told by the first resource that did.

import type { CloudFormationClient, Stack, StackEvent } from '@aws-sdk/client-cloudformation'
import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation'
import { codeOf, safe } from './errors.ts'

/** By its name, or by its id once it is deleted; undefined: there is none. */
export async function stackOf(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }))
    return Stacks[0]
  } catch (error) {
    if (codeOf(error) === 'ValidationError' && /does not exist/.test((error as Error).message)) return undefined
    throw error
  }
}

/** REVIEW_IN_PROGRESS waits for nobody: it is a change set that was never carried out. */
export const isMoving = (status: string): boolean => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS'

export const isWhole = (status: string): boolean =>
  ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'].includes(status)

export const tagOf = (stack: Stack, key: string): string | undefined => stack.Tags?.find((it) => it.Key === key)?.Value

export const outputsOf = (stack: Stack): Readonly<Record<string, string>> =>
  Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))

/** Of the last operation on the stack, the newest first. */
export async function eventsOf(client: CloudFormationClient, name: string): Promise<readonly StackEvent[]> {
  const events: StackEvent[] = []
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: name }))
    for (const event of page.StackEvents ?? []) {
      events.push(event)
      if (isBeginning(event)) return events
    }
  return events
}

const isBeginning = ({ PhysicalResourceId, StackId, ResourceStatus }: StackEvent): boolean =>
  ResourceStatus !== undefined && PhysicalResourceId === StackId && beginnings.has(ResourceStatus)

const beginnings = new Set(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'])

/** What happened last, without all that was before it. */
export async function newsOf(client: CloudFormationClient, name: string): Promise<string | undefined> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
  return lastOf(StackEvents)
}

/** `CREATE_IN_PROGRESS: Subnet OregonPublicA`; of the newest event, or of the newest that is no news of the stack itself. */
function lastOf(events: readonly StackEvent[]): string | undefined {
  const event = events.find((it) => it.PhysicalResourceId !== it.StackId) ?? events[0]
  if (event === undefined) return undefined
  const { ResourceType = '', LogicalResourceId = '', ResourceStatusReason } = event
  const status = String(event.ResourceStatus ?? '')
  const reason =
    status.endsWith('_FAILED') && ResourceStatusReason !== undefined ? ` (${safe(ResourceStatusReason)})` : ''
  return `${status}: ${shortType(ResourceType)} ${LogicalResourceId}${reason}`
}

export interface ResourceFailure {
  readonly resource: string
  readonly type: string
  readonly physicalId: string | undefined
  readonly reason: string
}

/** The first that failed: what came after it was cancelled because of it. */
export const firstFailure = (events: readonly StackEvent[]): ResourceFailure | undefined => failuresOf(events).at(-1)

/** The newest first. */
export const failuresOf = (events: readonly StackEvent[]): readonly ResourceFailure[] =>
  events
    .filter(
      ({ ResourceStatus, ResourceStatusReason = '', PhysicalResourceId, StackId }) =>
        ResourceStatus?.endsWith('_FAILED') === true &&
        PhysicalResourceId !== StackId &&
        !/cancelled/i.test(ResourceStatusReason),
    )
    .map(
      ({
        LogicalResourceId = '',
        ResourceType = '',
        PhysicalResourceId,
        ResourceStatusReason = 'no reason was given',
      }) => ({
        resource: LogicalResourceId,
        type: ResourceType,
        physicalId: PhysicalResourceId === '' ? undefined : PhysicalResourceId,
        reason: safe(ResourceStatusReason),
      }),
    )

export const failureText = ({ resource, type, reason }: ResourceFailure): string =>
  `${shortType(type)} ${resource}: ${reason}`

/** What is in the stack with an id of its own: by what it is called in the template. */
export async function resourcesOf(client: CloudFormationClient, name: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for await (const page of paginateListStackResources({ client }, { StackName: name }))
    for (const { LogicalResourceId = '', PhysicalResourceId = '', ResourceStatus } of page.StackResourceSummaries ?? [])
      if (PhysicalResourceId !== '' && ResourceStatus !== 'DELETE_COMPLETE')
        found.set(LogicalResourceId, PhysicalResourceId)
  return found
}

export interface LeftInStack {
  readonly resource: string
  readonly type: string
  readonly id: string
}

/** What goes with the stack when it is deleted; what was retained (DELETE_SKIPPED) is not the stack's any more. */
export async function leftIn(client: CloudFormationClient, name: string): Promise<readonly LeftInStack[]> {
  const found: LeftInStack[] = []
  for await (const page of paginateListStackResources({ client }, { StackName: name }))
    for (const {
      LogicalResourceId: resource = '',
      ResourceType: type = '',
      PhysicalResourceId: id = '',
      ResourceStatus,
    } of page.StackResourceSummaries ?? [])
      if (id !== '' && ResourceStatus !== 'DELETE_COMPLETE' && ResourceStatus !== 'DELETE_SKIPPED')
        found.push({ resource, type, id })
  return found
}

/** `AWS::EC2::Subnet` → `Subnet`. */
export const shortType = (type: string): string => type.split('::').at(-1) ?? type
