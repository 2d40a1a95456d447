// A stack as CloudFormation keeps it.

import type { Input, Json } from '../json.ts'

/** Each section as a record, empty where it is not written. */
export interface Template {
  readonly Parameters: Readonly<Record<string, Input>>
  readonly Resources: Readonly<Record<string, Input>>
  readonly Outputs: Readonly<Record<string, Input>>
  readonly Conditions: Input
  readonly Mappings: Input
  readonly Description: string | undefined
}

export interface StackEvent {
  readonly id: string
  readonly at: Date
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | undefined
  readonly token: string | undefined
}

export interface StackResource {
  readonly logicalId: string
  readonly type: string
  physicalId: string | undefined
  status: string
  reason: string | undefined
  at: Date
  /** Its declaration in the template as it was carried out, and the same with every expression resolved. */
  definition: Input
  declared: Input
  /** Logical ids that it was made after. */
  needs: readonly string[]
}

export interface Given {
  readonly body: string
  readonly template: Template
  /** As the caller gave them. */
  readonly parameters: Readonly<Record<string, string>>
  /** With defaults, and with the values of parameters of the parameter store. */
  readonly values: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly capabilities: readonly string[]
  /** The ARN of who asked. */
  readonly by: string
}

export interface Change {
  readonly action: 'Add' | 'Modify' | 'Remove'
  readonly logicalId: string
  readonly physicalId: string | undefined
  readonly type: string
  readonly replacement: 'True' | 'False' | 'Conditional' | undefined
  readonly scope: readonly string[]
  readonly properties: readonly string[]
}

export interface ChangeSet {
  readonly id: string
  readonly name: string
  readonly type: 'CREATE' | 'UPDATE'
  readonly given: Given
  readonly madeAt: Date
  readonly description: string | undefined
  /** Brings what was changed by hand back to what the template says. */
  readonly revertsDrift: boolean
  status: string
  executionStatus: string
  reason: string | undefined
  changes: readonly Change[]
}

export interface Stack {
  readonly id: string
  readonly name: string
  readonly account: string
  readonly region: string
  status: string
  reason: string | undefined
  madeAt: Date
  updatedAt: Date | undefined
  deletedAt: Date | undefined
  /** What it was last made of: of a stack under review only tags count. */
  given: Given
  resources: Map<string, StackResource>
  outputs: readonly {
    readonly key: string
    readonly value: string
    readonly description: string | undefined
    readonly exportName: string | undefined
  }[]
  readonly events: StackEvent[]
  readonly changeSets: ChangeSet[]
  isProtected: boolean
  disableRollback: boolean
  /** Operations that were asked for, by their tokens: asked for again they are the same. */
  readonly tokens: Map<string, string>
  token: string | undefined
  drift: { status: string; at: Date | undefined }
  readonly driftOf: Map<string, ResourceDrift>
}

export interface ResourceDrift {
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED'
  readonly expected: Json
  readonly actual: Json
  readonly differences: readonly {
    readonly path: string
    readonly expected: string
    readonly actual: string
    readonly type: string
  }[]
  readonly at: Date
}

export const isGone = (stack: Stack): boolean => stack.status === 'DELETE_COMPLETE'
