// The parameter store as far as a template asks it. https://docs.aws.amazon.com/systems-manager/latest/APIReference/

import type { Handlers } from './cloud.ts'
import { storedParameter } from './cloudformation/given.ts'
import { AwsError } from './errors.ts'
import { text } from './json.ts'

export const ssmActions: Handlers = {
  GetParameter: ({ cloud, input, region }) => {
    const value = storedParameter(cloud, text(input.Name), region)
    if (value === undefined) throw new AwsError('ParameterNotFound', '')
    return { Parameter: { Name: text(input.Name), Type: 'String', Value: value, Version: 1 } }
  },
}
