// JSON 1.0 and 1.1: the action is in the header `x-amz-target`. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html

import type { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import type { Protocol } from './protocol.ts'

export const jsonCodes: Protocol['codes'] = {
  throttled: 'ThrottlingException',
  unknownKey: 'UnrecognizedClientException',
  expired: 'ExpiredTokenException',
  denied: 'AccessDeniedException',
  internal: 'InternalServerException',
}

export const jsonRefusal = (error: AwsError, requestId: string) => ({
  status: error.status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
  body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
})

export const awsJson: Protocol = {
  read: ({ headers, body }) => {
    const action = headers['x-amz-target']?.split('.').pop()
    if (action === undefined) return undefined
    return { action, input: body.length === 0 ? {} : (JSON.parse(body.toString('utf8')) as Input) }
  },
  answer: (_, output, requestId) => ({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
    body: JSON.stringify(output),
  }),
  refuse: jsonRefusal,
  codes: jsonCodes,
}
