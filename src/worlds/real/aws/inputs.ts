// What a resource takes from the outputs of other stacks, as a digest in its metadata. CloudFormation reads those outputs whenever it updates
// a stack, and is told by nobody that one has changed: the digest is what makes such an update. Not among the tags: a managed node group
// refuses new tags together with anything else (aws/aws-cdk issue 16644).
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html

import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { asRecord, asText } from '../../../artefacts/cloudformation/values.ts'
import type { Ground } from '../ground.ts'
import { hash } from './change-set.ts'
import { awsRefusal } from './errors.ts'
import { whereOfStack } from './fleet-accounts.ts'
import { outputsOf, stackOf } from './stack-state.ts'

const inputsKey = 'skerry.dev/inputs'

type Outputs = Readonly<Record<string, string>>
type Resources = Readonly<Record<string, { readonly Metadata?: Readonly<Record<string, unknown>> }>>

/** Each stack that another takes from is done before that one begins, and asked once in a run. */
export function withInputs(
  { plan: { fleet }, aws }: Pick<Ground, 'plan' | 'aws'>,
  stacks: readonly StackFile[],
): (file: StackFile) => Promise<StackFile> {
  const files = new Map(stacks.map((file) => [file.name, file]))
  const asked = new Map<string, Promise<Outputs>>()
  const read = async (file: StackFile): Promise<Outputs> => {
    try {
      const stack = await stackOf(aws.cloudFormation(whereOfStack(fleet, file)), file.name)
      return stack === undefined ? {} : outputsOf(stack)
    } catch (error) {
      asked.delete(file.name)
      throw awsRefusal(error, `the outputs of the stack ${file.name} in ${file.region} cannot be read`)
    }
  }
  const givenBy = async ({ stack, output }: Taken): Promise<string> => {
    const file = files.get(stack)
    if (file === undefined) return ''
    const outputs = asked.get(stack) ?? read(file)
    asked.set(stack, outputs)
    return (await outputs)[output] ?? ''
  }
  return async (file) => {
    const resources = Object.entries(file.template.Resources as Resources).map(async ([id, resource]) => {
      const all = takenIn(resource)
      if (all.length === 0) return [id, resource] as const
      const values = await Promise.all(all.map(async (it) => `${it.stack} ${it.output} ${await givenBy(it)}`))
      const digest = hash([...new Set(values)].sort().join('\n')).slice(0, 16)
      return [id, { ...resource, Metadata: { ...resource.Metadata, [inputsKey]: digest } }] as const
    })
    return { ...file, template: { ...file.template, Resources: Object.fromEntries(await Promise.all(resources)) } }
  }
}

/** As the plan has it. */
export function withoutInputs(template: object): object {
  const { Resources } = template as { readonly Resources?: Resources }
  if (Resources === undefined) return template
  const plain = Object.entries(Resources).map(([id, resource]) => {
    const { Metadata, ...rest } = resource
    const { [inputsKey]: digest, ...others } = Metadata ?? {}
    if (digest === undefined) return [id, resource] as const
    return [id, Object.keys(others).length === 0 ? rest : { ...rest, Metadata: others }] as const
  })
  return { ...template, Resources: Object.fromEntries(plain) }
}

interface Taken {
  readonly stack: string
  readonly output: string
}

function takenIn(value: unknown): readonly Taken[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(takenIn)
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'Fn::GetStackOutput') return takenIn(inner)
    const { StackName, OutputName } = asRecord(inner)
    return [{ stack: asText(StackName), output: asText(OutputName) }]
  })
}
