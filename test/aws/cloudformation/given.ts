// What a call gives of a stack: the template, its parameters, tags and capabilities; refused where CloudFormation refuses it at once.

import type { Call } from '../cloud.ts'
import { unmodelled, validation } from '../errors.ts'
import { isTrue, records, tagsOf, text, texts } from '../json.ts'
import type { Given, Stack } from './stack.ts'
import { checkCapabilities, templateOf, valuesOf } from './template.ts'

export function givenBy({ cloud, input, region, caller }: Call, before: Stack | undefined): Given {
  if (input.TemplateURL !== undefined) throw unmodelled('templates by URL')
  const usesPrevious = isTrue(input.UsePreviousTemplate)
  if (usesPrevious && before === undefined) throw validation('UsePreviousTemplate is not allowed for a new stack')
  const body = usesPrevious ? (before?.given.body ?? '') : text(input.TemplateBody)
  if (body === '') throw validation('Either Template URL or Template Body must be specified.')
  const template = templateOf(body)
  const parameters = Object.fromEntries(
    records(input.Parameters).flatMap((it) => {
      const key = text(it.ParameterKey)
      const value = isTrue(it.UsePreviousValue) ? before?.given.parameters[key] : text(it.ParameterValue)
      // one that was left to its default is left to it again
      return value === undefined ? [] : [[key, value]]
    }),
  )
  const values = valuesOf(template, parameters, (name) => storedParameter(cloud, name, region))
  const given = {
    body,
    template,
    parameters,
    values,
    tags: input.Tags === undefined ? (before?.given.tags ?? {}) : tagsOf(input.Tags),
    capabilities: texts(input.Capabilities),
    by: caller.arn,
  }
  checkCapabilities(given)
  return given
}

/** Public parameters: images of EKS for every version. https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
export function storedParameter(cloud: Call['cloud'], name: string, region: string): string | undefined {
  const own = cloud.options.parameters?.[name]
  if (own !== undefined) return own
  if (
    !/^\/aws\/service\/eks\/optimized-ami\/1\.\d+\/(amazon-linux-2023\/(x86_64|arm64)\/[a-z]+|amazon-linux-2[a-z0-9-]*)\/recommended\/image_id$/.test(
      name,
    )
  )
    return undefined
  let hash = 0
  for (const letter of `${region}${name}`) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return `ami-0${hash.toString(16).padStart(8, '0').repeat(2)}`
}
