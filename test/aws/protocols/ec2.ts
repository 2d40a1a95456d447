// The EC2 Query protocol: like AWS Query, with lists as `Name.1` and `<item>`, and refusals of another shape.
// https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html

import type { Protocol } from './protocol.ts'
import { readForm } from './query.ts'
import { toXml } from './xml.ts'

export const ec2Query: Protocol = {
  read: readForm,
  answer: (action, output, requestId) => ({
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${toXml({ requestId, ...output }, 'item')}</${action}Response>`,
  }),
  refuse: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<Response>${toXml({ Errors: { Error: { Code: error.code, Message: error.message } }, RequestID: requestId })}</Response>`,
  }),
  codes: {
    throttled: 'RequestLimitExceeded',
    unknownKey: 'AuthFailure',
    expired: 'RequestExpired',
    denied: 'UnauthorizedOperation',
    internal: 'InternalError',
  },
}
