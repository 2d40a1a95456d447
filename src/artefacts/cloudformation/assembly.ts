// The stacks as a cloud assembly, in the folder `aws/`: what `cdk deploy --app aws` takes, and what CloudFormation takes file by file.

import type { Plan } from '../../model/plan.ts'
import type { Artefact } from '../artefact.ts'
import type { StackFile } from './stacks.ts'
import { stacksOf } from './stacks.ts'
import { cdk } from './synthesis.ts'

export function cloudFormationFiles(plan: Plan): readonly Artefact[] {
  if (
    !plan.steps.some(
      ({ kind, intent }) =>
        kind === 'network' || (kind === 'cluster.create' && (intent.kind === 'eks' || intent.kind === 'eksOutpost')),
    )
  )
    return []
  const stacks = stacksOf(plan)
  if (stacks.length === 0) return []
  return [
    ...stacks.map(({ name, template }) => ({ path: `aws/${name}.template.json`, text: json(template) })),
    { path: 'aws/manifest.json', text: json(manifestOf(stacks)) },
    { path: 'aws/cdk.out', text: `${JSON.stringify({ version: cdk().schemaVersion() })}\n` },
  ]
}

function manifestOf(stacks: readonly StackFile[]): object {
  const artifacts = stacks.map(({ name, account, region, needs, tags }) => [
    name,
    {
      type: 'aws:cloudformation:stack',
      environment: `aws://${account === '' ? 'unknown-account' : account}/${region === '' ? 'unknown-region' : region}`,
      properties: { templateFile: `${name}.template.json`, stackName: name, tags, validateOnSynth: false },
      dependencies: needs,
      displayName: name,
    },
  ])
  return { version: cdk().schemaVersion(), artifacts: Object.fromEntries(artifacts) }
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`
