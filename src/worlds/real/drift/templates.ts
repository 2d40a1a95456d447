// The template that each stack was deployed from, beside the one that the plan now comes to.

import { createRequire } from 'node:module'
import type * as CloudFormationDiff from '@aws-cdk/cloudformation-diff'
import { GetTemplateCommand } from '@aws-sdk/client-cloudformation'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { codeOf } from '../aws/errors.ts'
import { whereOfStack } from '../aws/fleet-accounts.ts'
import { withoutInputs } from '../aws/inputs.ts'
import type { Ground } from '../ground.ts'
import type { Difference, Drift } from './port.ts'

const require = createRequire(import.meta.url)

export async function templateDrift({ plan, aws }: Ground, stack: StackFile): Promise<readonly Drift[]> {
  const where = whereOfStack(plan.fleet, stack)
  const found = await aws
    .cloudFormation(where)
    .send(new GetTemplateCommand({ StackName: stack.name, TemplateStage: 'Original' }))
    .catch((error: unknown) => {
      if (codeOf(error) === 'ValidationError' && /does not exist/.test((error as Error).message)) return undefined
      throw error
    })
  const at = `--region ${stack.region} --stack-name ${stack.name}`
  if (found?.TemplateBody === undefined)
    return [
      {
        ...{ by: 'template', kind: 'missing', what: `stack ${stack.name}`, where: stack.region },
        ...{ differences: [], replaces: false, why: undefined },
        takeDeclaration: ['skerry up --on real'],
        takeWhatIsThere: ['take what it holds out of the fleet'],
      },
    ]
  return templateDifferences(stack, withoutInputs(parsed(found.TemplateBody))).map((drift) => ({
    ...drift,
    takeDeclaration: ['skerry up --on real'],
    takeWhatIsThere: [
      `aws cloudformation get-template ${at} --template-stage Original # and change the fleet until skerry plan says keep`,
    ],
  }))
}

/** By the CDK's own comparison, which knows what a change does to a resource. */
export function templateDifferences(
  stack: Pick<StackFile, 'name' | 'region' | 'template'>,
  there: object,
): readonly Omit<Drift, 'takeDeclaration' | 'takeWhatIsThere'>[] {
  // written for CommonJS, with its data beside it: bundled it would not find that
  const { diffTemplate, ResourceImpact } = require('@aws-cdk/cloudformation-diff') as typeof CloudFormationDiff
  const diff = diffTemplate(there, stack.template)
  const drifts: Omit<Drift, 'takeDeclaration' | 'takeWhatIsThere'>[] = []
  diff.resources.forEachDifference((id, change) => {
    const differences: Difference[] = []
    change.forEachDifference((_kind, path, { oldValue, newValue }) => {
      differences.push({ path, declared: textOf(newValue), there: textOf(oldValue) })
    })
    drifts.push({
      by: 'template',
      kind: change.isAddition ? 'missing' : change.isRemoval ? 'extra' : 'changed',
      what: `${shortType(change.newResourceType ?? change.oldResourceType)} ${id} of the stack ${stack.name}`,
      where: stack.region,
      differences: change.isAddition || change.isRemoval ? [] : differences,
      replaces: change.changeImpact === ResourceImpact.WILL_REPLACE,
      why: undefined,
    })
  })
  const others: Difference[] = []
  for (const part of [diff.parameters, diff.outputs])
    part.forEachDifference((id, { oldValue, newValue }) => {
      others.push({ path: id, declared: textOf(newValue), there: textOf(oldValue) })
    })
  if (others.length > 0)
    drifts.push({
      ...{
        by: 'template',
        kind: 'changed',
        what: `parameters and outputs of the stack ${stack.name}`,
        where: stack.region,
      },
      ...{ differences: others, replaces: false, why: undefined },
    })
  return drifts
}

const shortType = (type: string | undefined): string => type?.split('::').at(-1) ?? 'resource'

/** Values of properties as one line; a secret is none of ours: templates hold references only. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

function parsed(body: string): object {
  try {
    return JSON.parse(body) as object
  } catch {
    // somebody deployed it as YAML: all of ours are JSON
    throw new Error('its template is no JSON: it was deployed from another one than ours')
  }
}
