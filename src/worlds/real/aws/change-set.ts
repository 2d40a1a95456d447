// A change of a stack as CloudFormation works it out before anything happens: made, read for what it would take away, carried out. Its name
// follows from what is asked for and from the state it is asked of, so that a lost answer or a killed run never makes a second one.

import { createHash } from 'node:crypto'
import type { CloudFormationClient, ResourceChange, Stack } from '@aws-sdk/client-cloudformation'
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation'
import { Refusal } from '../../../model/refusal.ts'
import type { Ground } from '../ground.ts'
import { codeOf, safe } from './errors.ts'

export interface Wanted {
  readonly name: string
  /** JSON. */
  readonly template: string
  readonly parameters: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

export interface ChangeSet {
  readonly id: string
  readonly stackId: string
  readonly changes: readonly ResourceChange[]
}

const templateBytesMax = 51_200
export const pollMilliseconds = 3_000

/** Undefined: nothing differs. */
export async function changeSetFor(
  client: CloudFormationClient,
  wanted: Wanted,
  there: Stack | undefined,
  { pause }: Pick<Ground, 'pause'>,
  signal: AbortSignal,
): Promise<ChangeSet | undefined> {
  refuseLong(wanted)
  const isNew = there === undefined || there.StackStatus === 'REVIEW_IN_PROGRESS'
  const seen = isNew ? 'new' : [there.StackId, there.LastUpdatedTime?.toISOString() ?? '', there.StackStatus]
  const name = `skerry-${hash(JSON.stringify([wanted, seen])).slice(0, 24)}`
  const ids = { StackName: wanted.name, ChangeSetName: name }
  let isMade = false
  for (;;) {
    const found = await described(client, ids)
    if (found === undefined) {
      if (isMade) throw gone(wanted.name)
      await made(client, wanted, name, isNew)
      isMade = true
      continue
    }
    if (found.status === 'CREATE_COMPLETE' && found.execution === 'AVAILABLE') return found
    if (found.status.endsWith('_IN_PROGRESS') || found.status.endsWith('_PENDING')) {
      if (signal.aborted)
        throw new Refusal('world', `the change of the stack ${wanted.name} is being worked out`, 'run this again')
      await pause(pollMilliseconds, signal)
      continue
    }
    // a change that nobody may carry out any more, or that came to nothing
    await client.send(new DeleteChangeSetCommand(ids))
    if (found.status === 'FAILED' && isEmpty(found.reason)) return undefined
    if (isMade)
      throw new Refusal(
        'world',
        `CloudFormation refuses the change of the stack ${wanted.name}: ${safe(found.reason) || found.status}`,
        'see to that in the fleet, then run this again: nothing was changed',
      )
  }
}

/** Asked twice, as after a lost answer, it is carried out once. */
export async function carryOut(client: CloudFormationClient, { id }: ChangeSet, name: string): Promise<void> {
  try {
    await client.send(
      new ExecuteChangeSetCommand({
        StackName: name,
        ChangeSetName: id,
        ClientRequestToken: `skerry-${hash(id).slice(0, 32)}`,
      }),
    )
  } catch (error) {
    // an earlier request arrived though its answer did not
    if (codeOf(error) === 'InvalidChangeSetStatus' || codeOf(error) === 'InvalidChangeSetStatusException') return
    throw error
  }
}

async function made(client: CloudFormationClient, wanted: Wanted, name: string, isNew: boolean): Promise<void> {
  try {
    await client.send(
      new CreateChangeSetCommand({
        StackName: wanted.name,
        ChangeSetName: name,
        ClientToken: name,
        ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
        TemplateBody: wanted.template,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        Parameters: Object.entries(wanted.parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        Tags: Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    )
  } catch (error) {
    if (codeOf(error) === 'AlreadyExistsException') return
    throw error
  }
}

async function described(
  client: CloudFormationClient,
  ids: { readonly StackName: string; readonly ChangeSetName: string },
) {
  const changes: ResourceChange[] = []
  for (let NextToken: string | undefined; ; ) {
    try {
      const page = await client.send(
        new DescribeChangeSetCommand({ ...ids, ...(NextToken !== undefined && { NextToken }) }),
      )
      for (const { ResourceChange } of page.Changes ?? [])
        if (ResourceChange !== undefined) changes.push(ResourceChange)
      if (page.NextToken === undefined)
        return {
          id: page.ChangeSetId ?? ids.ChangeSetName,
          stackId: page.StackId ?? '',
          status: page.Status ?? '',
          execution: page.ExecutionStatus ?? '',
          reason: page.StatusReason ?? '',
          changes,
        }
      NextToken = page.NextToken
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ChangeSetNotFound' || code === 'ChangeSetNotFoundException') return undefined
      if (code === 'ValidationError' && /does not exist/.test((error as Error).message)) return undefined
      throw error
    }
  }
}

const isEmpty = (reason: string): boolean => /didn't contain changes|no updates are to be performed/i.test(reason)

const gone = (stack: string): Refusal =>
  new Refusal(
    'world',
    `the change of the stack ${stack} went away while it was worked out`,
    'see who else works on it, then run this again',
  )

function refuseLong({ name, template }: Wanted): void {
  const bytes = Buffer.byteLength(template)
  if (bytes > templateBytesMax)
    throw new Refusal(
      'refused',
      `the template of the stack ${name} has ${bytes} bytes, and CloudFormation takes ${templateBytesMax} without a bucket`,
      'divide what it declares (a network of many subnets into two), or deploy skerry plan --out with your own pipeline',
    )
}

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
