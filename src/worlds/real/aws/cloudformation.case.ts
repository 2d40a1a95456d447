// One stack as CloudFormation keeps it, for tests of what skerry does with it: statuses pass from look to look, change sets come and go.
// What AWS itself does is the matter of the fake in test/aws; this only plays what a test writes down.

import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { Aws } from './clients.ts'

interface Input {
  readonly StackName?: string
  readonly ChangeSetName?: string
  readonly ChangeSetType?: string
  readonly TemplateBody?: string
  readonly ClientRequestToken?: string
  readonly RetainResources?: readonly string[]
}

export interface Played {
  status: string | undefined
  /** Statuses that it passes through, one at each look. */
  coming: string[]
  template: string
  tags: { Key: string; Value: string }[]
  updated: number
  changeSet: { name: string; status: string; reason?: string; changes: object[]; isExecuted: boolean } | undefined
  events: object[]
  resources: string[] | undefined
  /** Of resources whose template is not played. */
  types: Readonly<Record<string, string>>
  /** What executing, or deleting, leads to. */
  onExecute: string[]
  onDelete: string[]
  changes: object[]
  readonly calls: string[]
  readonly tokens: string[]
}

export const error = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400, attempts: 1 } })

const missing = (name: string): Error => error('ValidationError', `Stack with id ${name} does not exist`)

export function playedStack(more: Partial<Played> = {}): { readonly stack: Played; readonly aws: Aws } {
  const stack: Played = {
    ...{ status: undefined, coming: [], template: '', tags: [{ Key: 'skerry.dev/fleet', Value: 'one' }], updated: 0 },
    ...{
      changeSet: undefined,
      events: [],
      resources: undefined,
      types: {},
      onExecute: ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
    },
    ...{ onDelete: ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE'], changes: [], calls: [], tokens: [] },
    ...more,
  }
  const handlers: Readonly<Record<string, (input: Input) => object>> = {
    DescribeStacksCommand: ({ StackName = '' }) => {
      stack.status = stack.coming.shift() ?? stack.status
      if (stack.status === undefined || (stack.status === 'DELETE_COMPLETE' && !StackName.startsWith('arn:')))
        throw missing(StackName)
      return {
        Stacks: [
          {
            ...{ StackName: 'one-network-main', StackId: 'arn:one', StackStatus: stack.status, Tags: stack.tags },
            LastUpdatedTime: new Date(stack.updated),
          },
        ],
      }
    },
    DescribeStackEventsCommand: () => ({ StackEvents: stack.events }),
    ListStackResourcesCommand: () => ({
      StackResourceSummaries: (
        stack.resources ??
        (stack.template === '' ? [] : Object.keys((JSON.parse(stack.template) as { Resources: object }).Resources))
      ).map((id) => ({
        ...{ ResourceType: stack.types[id] ?? 'AWS::EC2::Subnet' },
        ...{ LogicalResourceId: id, PhysicalResourceId: `${id}-1`, ResourceStatus: 'CREATE_COMPLETE' },
      })),
    }),
    DescribeChangeSetCommand: ({ ChangeSetName }) => {
      const set = stack.changeSet
      if (set === undefined || set.name !== ChangeSetName)
        throw error('ChangeSetNotFoundException', 'no such change set')
      return {
        ...{ ChangeSetId: `arn:set/${set.name}`, StackId: 'arn:one', Status: set.status, StatusReason: set.reason },
        ExecutionStatus: set.status === 'CREATE_COMPLETE' ? 'AVAILABLE' : 'UNAVAILABLE',
        Changes: set.changes.map((change) => ({ ResourceChange: change })),
      }
    },
    CreateChangeSetCommand: ({ ChangeSetName = '', ChangeSetType, TemplateBody = '' }) => {
      const isSame = ChangeSetType === 'UPDATE' && TemplateBody === stack.template
      stack.changeSet = isSame
        ? {
            name: ChangeSetName,
            status: 'FAILED',
            reason: "The submitted information didn't contain changes.",
            changes: [],
            isExecuted: false,
          }
        : { name: ChangeSetName, status: 'CREATE_COMPLETE', changes: stack.changes, isExecuted: false }
      if (ChangeSetType === 'CREATE') stack.status = 'REVIEW_IN_PROGRESS'
      if (!isSame) stack.template = TemplateBody
      return {}
    },
    ExecuteChangeSetCommand: ({ ClientRequestToken = '' }) => {
      stack.tokens.push(ClientRequestToken)
      if (stack.changeSet?.isExecuted === true) throw error('InvalidChangeSetStatus', 'it is executed')
      if (stack.changeSet !== undefined) stack.changeSet.isExecuted = true
      stack.updated += 1
      stack.coming = [...stack.onExecute]
      return {}
    },
    DeleteChangeSetCommand: () => {
      stack.changeSet = undefined
      return {}
    },
    DeleteStackCommand: ({ ClientRequestToken = '', RetainResources = [] }) => {
      stack.tokens.push(ClientRequestToken, ...RetainResources)
      stack.coming = [...stack.onDelete]
      return {}
    },
  }
  const send = async (command: {
    readonly constructor: { readonly name: string }
    readonly input: Input
  }): Promise<object> => {
    const { name } = command.constructor
    stack.calls.push(name.replace(/Command$/, ''))
    const handler = handlers[name]
    if (handler === undefined) throw new Error(`no play of ${name}`)
    return handler(command.input)
  }
  const client = Object.assign(Object.create(CloudFormationClient.prototype) as CloudFormationClient, { send })
  return { stack, aws: { cloudFormation: () => client } as unknown as Aws }
}
