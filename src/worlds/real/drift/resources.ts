// What was changed by hand since, as CloudFormation itself finds it: it looks at every resource that it can, which takes seconds to minutes.
// Source: CloudFormation User Guide, Detect drift on an entire CloudFormation stack.

import type { StackResourceDrift } from '@aws-sdk/client-cloudformation'
import {
  DescribeStackDriftDetectionStatusCommand,
  DetectStackDriftCommand,
  paginateDescribeStackResourceDrifts,
} from '@aws-sdk/client-cloudformation'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { codeOf } from '../aws/errors.ts'
import { whereOfStack } from '../aws/fleet-accounts.ts'
import type { Ground } from '../ground.ts'
import type { Drift } from './port.ts'
import { textOf } from './templates.ts'

const everyMs = 2_000
const waitsMax = 300

export async function resourceDrift({ plan, aws, pause }: Ground, stack: StackFile): Promise<readonly Drift[]> {
  const client = aws.cloudFormation(whereOfStack(plan.fleet, stack))
  const begun = await client.send(new DetectStackDriftCommand({ StackName: stack.name })).catch((error: unknown) => {
    // a stack that is not there is told by its template
    if (codeOf(error) === 'ValidationError' && /does not exist/.test((error as Error).message)) return undefined
    throw error
  })
  if (begun === undefined) return []
  for (let waits = 0; ; waits += 1) {
    const { DetectionStatus: status, DetectionStatusReason: reason } = await client.send(
      new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId: begun.StackDriftDetectionId }),
    )
    if (status === 'DETECTION_COMPLETE') break
    // some resources could be looked at all the same, and are told below
    if (status === 'DETECTION_FAILED' && reason === undefined) break
    if (status === 'DETECTION_FAILED') return [...(await drifted()), notLooked(stack, reason ?? '')]
    if (waits >= waitsMax)
      return [notLooked(stack, `CloudFormation was not done after ${(waitsMax * everyMs) / 60_000} minutes`)]
    await pause(everyMs)
  }
  return drifted()

  async function drifted(): Promise<readonly Drift[]> {
    const found: StackResourceDrift[] = []
    const wanted = { StackName: stack.name, StackResourceDriftStatusFilters: ['MODIFIED' as const, 'DELETED' as const] }
    for await (const page of paginateDescribeStackResourceDrifts({ client }, wanted))
      found.push(...(page.StackResourceDrifts ?? []))
    return found.map((one) => driftOfResource(stack, one, begun?.StackDriftDetectionId))
  }
}

const notLooked = (stack: StackFile, why: string): Drift => ({
  ...{ by: 'resource', kind: 'notHeardOf', what: `stack ${stack.name}`, where: stack.region },
  ...{ differences: [], replaces: false, why, takeDeclaration: [], takeWhatIsThere: [] },
})

export function driftOfResource(
  stack: Pick<StackFile, 'name' | 'region' | 'template'>,
  drift: StackResourceDrift,
  detection = 'now',
): Drift {
  const { LogicalResourceId: id = '', PhysicalResourceId: physical = '', ResourceType: type = '' } = drift
  const deleted = drift.StackResourceDriftStatus === 'DELETED'
  const differences = (drift.PropertyDifferences ?? []).map(
    ({ PropertyPath = '', ExpectedValue, ActualValue, DifferenceType }) => ({
      path: PropertyPath,
      declared: DifferenceType === 'ADD' ? undefined : textOf(ExpectedValue),
      there: DifferenceType === 'REMOVE' ? undefined : textOf(ActualValue),
    }),
  )
  return {
    by: 'resource',
    kind: deleted ? 'missing' : 'changed',
    what: `${type.split('::').at(-1)} ${id} (${physical}) of the stack ${stack.name}`,
    where: stack.region,
    differences,
    replaces: false,
    why: deleted ? 'somebody deleted it outside of its stack' : undefined,
    takeDeclaration: revertingDrift(stack, detection),
    takeWhatIsThere: deleted
      ? ['take it out of the fleet, then skerry up --on real']
      : [
          `declare in the fleet what is there (${differences.map(({ path }) => path).join(', ')}), then skerry up --on real`,
        ],
  }
}

/**
 * An update with the template that the stack has already changes nothing; a change set that knows of drift does, for the whole stack, and
 * says before what (CloudFormation User Guide, Using drift-aware change sets).
 */
function revertingDrift(
  { name, region, template }: Pick<StackFile, 'name' | 'region' | 'template'>,
  detection: string,
): readonly string[] {
  // a name is taken once on a stack, also by what has been carried out
  const of = `--region ${region} --stack-name ${name} --change-set-name revert-drift-${detection.slice(0, 8)}`
  const parameters = Object.keys((template as { readonly Parameters?: object }).Parameters ?? {})
  const kept =
    parameters.length === 0
      ? ''
      : ` --parameters ${parameters.map((key) => `ParameterKey=${key},UsePreviousValue=true`).join(' ')}`
  return [
    `aws cloudformation create-change-set ${of} --deployment-mode REVERT_DRIFT --use-previous-template --capabilities CAPABILITY_NAMED_IAM${kept}`,
    `aws cloudformation describe-change-set ${of} # what it would change: read it first`,
    `aws cloudformation execute-change-set ${of}`,
  ]
}
