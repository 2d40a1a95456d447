// REST with JSON: the action is in the method and the path. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html

import type { Input } from '../json.ts'
import { jsonCodes, jsonRefusal } from './json.ts'
import type { Protocol, Route } from './protocol.ts'
import { routed } from './protocol.ts'

export function restJson(routes: readonly Route[]): Protocol {
  const find = routed(routes)
  return {
    read: (request) => {
      const found = find(request)
      if (found === undefined || request.body.length === 0) return found
      return { ...found, input: { ...found.input, ...(JSON.parse(request.body.toString('utf8')) as Input) } }
    },
    answer: (_, output, requestId) => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
      body: JSON.stringify(output),
    }),
    refuse: jsonRefusal,
    codes: jsonCodes,
  }
}
