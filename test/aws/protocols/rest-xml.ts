// REST with XML, as Route 53 speaks it. https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html

import { record } from '../json.ts'
import type { Protocol, Route } from './protocol.ts'
import { routed } from './protocol.ts'
import { fromXml, toXml } from './xml.ts'

export function restXml(namespace: string, routes: readonly Route[], lists: ReadonlySet<string>): Protocol {
  const find = routed(routes)
  return {
    read: (request) => {
      const found = find(request)
      if (found === undefined || request.body.length === 0) return found
      const [body] = Object.values(fromXml(request.body.toString('utf8'), lists))
      return { ...found, input: { ...found.input, ...record(body) } }
    },
    answer: (action, { $status, $location, ...output }, requestId) => ({
      status: Number($status ?? 200),
      headers: {
        'content-type': 'text/xml',
        'x-amzn-requestid': requestId,
        ...($location === undefined ? {} : { location: String($location) }),
      },
      body: `<?xml version="1.0"?><${action}Response xmlns="${namespace}">${toXml(output)}</${action}Response>`,
    }),
    refuse: (error, requestId) => ({
      status: error.status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<ErrorResponse xmlns="${namespace}">${toXml({ Error: { Type: 'Sender', Code: error.code, Message: error.message }, RequestId: requestId })}</ErrorResponse>`,
    }),
    codes: {
      throttled: 'Throttling',
      unknownKey: 'InvalidClientTokenId',
      expired: 'ExpiredToken',
      denied: 'AccessDenied',
      internal: 'InternalFailure',
    },
  }
}
