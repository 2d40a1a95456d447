// What CloudFormation tells of stacks, in pages. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/

import type { Call, Handlers } from '../cloud.ts'
import { AwsError, validation } from '../errors.ts'
import type { Input } from '../json.ts'
import { text, texts } from '../json.ts'
import { page } from '../pages.ts'
import { stackOf } from './lookup.ts'
import { refOf } from './scope.ts'
import type { Stack, StackResource } from './stack.ts'
import { isGone } from './stack.ts'
import { templateOf } from './template.ts'

const paged = (call: Call, name: string, all: readonly Input[]): Input => {
  const { items, next } = page(call.cloud, all, call.input.NextToken)
  return { [name]: items, ...(next !== undefined && { NextToken: next }) }
}

export const readingActions: Handlers = {
  DescribeStacks: (call) => {
    const { cloud, input, account, region } = call
    if (input.StackName !== undefined) return { Stacks: [shown(stackOf(cloud, input.StackName, call))] }
    return paged(
      call,
      'Stacks',
      cloud.stacks.filter((it) => it.account === account && it.region === region && !isGone(it)).map(shown),
    )
  },
  ListStacks: (call) => {
    const { cloud, input, account, region } = call
    const wanted = texts(input.StackStatusFilter)
    const all = cloud.stacks.filter(
      (it) => it.account === account && it.region === region && (wanted.length === 0 || wanted.includes(it.status)),
    )
    return paged(
      call,
      'StackSummaries',
      all.map((it) => {
        const {
          Parameters: _,
          Outputs: __,
          Tags: ___,
          Capabilities: ____,
          StackStatusReason,
          Description,
          DisableRollback: _____,
          EnableTerminationProtection: ______,
          ...summary
        } = shown(it)
        return { ...summary, StackStatusReason, TemplateDescription: Description }
      }),
    )
  },
  DescribeStackEvents: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    return paged(
      call,
      'StackEvents',
      stack.events.map((it) => ({
        StackId: stack.id,
        EventId: it.id,
        StackName: stack.name,
        LogicalResourceId: it.logicalId,
        PhysicalResourceId: refOf({ type: it.type, physicalId: it.physicalId }),
        ResourceType: it.type,
        Timestamp: it.at.toISOString(),
        ResourceStatus: it.status,
        ResourceStatusReason: it.reason,
        ClientRequestToken: it.token,
      })),
    )
  },
  ListStackResources: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    return paged(
      call,
      'StackResourceSummaries',
      [...stack.resources.values()].map((it) => ({
        ...resourceShown(stack, it),
        LastUpdatedTimestamp: it.at.toISOString(),
      })),
    )
  },
  DescribeStackResources: (call) => {
    const { cloud, input } = call
    const physical = text(input.PhysicalResourceId)
    const stack =
      physical === ''
        ? stackOf(cloud, input.StackName, call)
        : cloud.stacks.find(
            (it) => it.account === call.account && [...it.resources.values()].some((one) => refOf(one) === physical),
          )
    if (stack === undefined) throw validation(`Stack for ${physical} does not exist`)
    const wanted = text(input.LogicalResourceId)
    return {
      StackResources: [...stack.resources.values()]
        .filter((it) => wanted === '' || it.logicalId === wanted)
        .map((it) => ({
          StackId: stack.id,
          StackName: stack.name,
          ...resourceShown(stack, it),
          Timestamp: it.at.toISOString(),
        })),
    }
  },
  DescribeStackResource: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    const found = stack.resources.get(text(call.input.LogicalResourceId))
    if (found === undefined)
      throw validation(`Resource ${text(call.input.LogicalResourceId)} does not exist for stack ${stack.name}`)
    return {
      StackResourceDetail: {
        StackId: stack.id,
        StackName: stack.name,
        ...resourceShown(stack, found),
        LastUpdatedTimestamp: found.at.toISOString(),
      },
    }
  },
  GetTemplate: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    const wanted = text(call.input.ChangeSetName)
    const set = stack.changeSets.find((it) => it.name === wanted || it.id === wanted)
    if (wanted !== '' && set === undefined)
      throw new AwsError('ChangeSetNotFound', `ChangeSet [${wanted}] does not exist`, 404)
    // nothing is made yet; the CDK asks between making a change set and carrying it out, and goes on with no template
    if (set === undefined && stack.status === 'REVIEW_IN_PROGRESS')
      return { TemplateBody: '', StagesAvailable: ['Original', 'Processed'] }
    return { TemplateBody: (set?.given ?? stack.given).body, StagesAvailable: ['Original', 'Processed'] }
  },
  GetTemplateSummary: (call) => {
    const body = text(call.input.TemplateBody)
    const template = body === '' ? stackOf(call.cloud, call.input.StackName, call).given.template : templateOf(body)
    return {
      Description: template.Description,
      Parameters: Object.entries(template.Parameters).map(([key, it]) => ({
        ParameterKey: key,
        DefaultValue: it.Default,
        ParameterType: it.Type,
        NoEcho: false,
      })),
      ResourceTypes: [...new Set(Object.values(template.Resources).map((it) => it.Type))],
    }
  },
  DescribeEvents: (call) => paged(call, 'OperationEvents', []),
}

const resourceShown = (stack: Stack, it: StackResource): Input => ({
  LogicalResourceId: it.logicalId,
  PhysicalResourceId: it.physicalId === undefined ? undefined : refOf(it),
  ResourceType: it.type,
  ResourceStatus: it.status,
  ResourceStatusReason: it.reason,
  DriftInformation: { StackResourceDriftStatus: stack.driftOf.get(it.logicalId)?.status ?? 'NOT_CHECKED' },
})

const shown = (stack: Stack): Input => ({
  StackId: stack.id,
  StackName: stack.name,
  Description: stack.given.template.Description,
  Parameters: Object.entries(stack.given.values).map(([key, value]) => {
    const givenValue = stack.given.parameters[key] ?? text(stack.given.template.Parameters[key]?.Default)
    return { ParameterKey: key, ParameterValue: givenValue, ...(givenValue !== value && { ResolvedValue: value }) }
  }),
  CreationTime: stack.madeAt.toISOString(),
  LastUpdatedTime: stack.updatedAt?.toISOString(),
  DeletionTime: stack.deletedAt?.toISOString(),
  StackStatus: stack.status,
  StackStatusReason: stack.reason,
  DisableRollback: stack.disableRollback,
  EnableTerminationProtection: stack.isProtected,
  Capabilities: stack.given.capabilities,
  Outputs: stack.outputs.map((it) => ({ OutputKey: it.key, OutputValue: it.value, Description: it.description })),
  Tags: Object.entries(stack.given.tags).map(([Key, Value]) => ({ Key, Value })),
  DriftInformation: { StackDriftStatus: stack.drift.status, LastCheckTimestamp: stack.drift.at?.toISOString() },
})
