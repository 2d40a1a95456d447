// What is told of a stack as it goes: its state, and events of it and its resources.

import type { Cloud } from '../cloud.ts'
import { AwsError } from '../errors.ts'
import type { Stack, StackResource } from './stack.ts'

export function event(
  cloud: Cloud,
  stack: Stack,
  of: Pick<StackResource, 'logicalId' | 'type' | 'physicalId'>,
  status: string,
  reason?: string,
): void {
  stack.events.unshift({
    id:
      of.type === 'AWS::CloudFormation::Stack'
        ? cloud.store.unique(32)
        : `${of.logicalId}-${status}-${cloud.store.unique(12)}`,
    at: new Date(),
    logicalId: of.logicalId,
    physicalId: of.physicalId ?? '',
    type: of.type,
    status,
    reason,
    token: stack.token,
  })
}

export function stackIs(cloud: Cloud, stack: Stack, status: string, reason?: string): void {
  stack.status = status
  stack.reason = reason
  event(
    cloud,
    stack,
    { logicalId: stack.name, type: 'AWS::CloudFormation::Stack', physicalId: stack.id },
    status,
    reason,
  )
}

export function resourceIs(cloud: Cloud, stack: Stack, resource: StackResource, status: string, reason?: string): void {
  resource.status = status
  resource.reason = reason
  resource.at = new Date()
  event(cloud, stack, resource, status, reason)
}

/** As CloudFormation words it when the service said no. */
export const told = (error: unknown): string => {
  if (!(error instanceof AwsError)) throw error
  if (error.code === 'ValidationError' || error.code === 'InvalidRequest') return error.message
  return `Resource handler returned message: "${error.message} (Service: Fake, Status Code: ${error.status}, Request ID: fake)" (RequestToken: fake, HandlerErrorCode: ${error.code})`
}
