// The AWS Query protocol: a form with `Action`, lists as `Name.member.1`; the answer is XML.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html

import type { Input, Json } from '../json.ts'
import type { HttpRequest, Protocol } from './protocol.ts'
import { toXml } from './xml.ts'

export const query = (namespace: string): Protocol => ({
  read: readForm,
  answer: (action, output, requestId) => {
    const result = toXml(output, 'member')
    return {
      status: 200,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${toXml({ ResponseMetadata: { RequestId: requestId } })}</${action}Response>`,
    }
  },
  refuse: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<ErrorResponse xmlns="${namespace}">${toXml({
      Error: {
        Type: error.status >= 500 ? 'Receiver' : 'Sender',
        Code: error.code,
        Message: error.message,
        ...error.fields,
      },
      RequestId: requestId,
    })}</ErrorResponse>`,
  }),
  codes: {
    throttled: 'Throttling',
    unknownKey: 'InvalidClientTokenId',
    expired: 'ExpiredToken',
    denied: 'AccessDenied',
    internal: 'InternalFailure',
  },
})

/** The form as a tree: keys of digits are lists, and `member` between a list and its items is dropped. */
export function readForm({ body, query: asked }: HttpRequest) {
  const form = new URLSearchParams(body.toString('utf8'))
  for (const [key, value] of asked) form.append(key, value)
  const action = form.get('Action')
  if (action === null) return undefined
  const tree: Branch = {}
  for (const [key, value] of form) {
    if (key === 'Action' || key === 'Version' || key.startsWith('X-Amz-')) continue
    const path = key.split('.').filter((part) => part !== 'member' && part !== 'entry')
    let at = tree
    path.slice(0, -1).forEach((part) => {
      const next = at[part]
      if (typeof next === 'object') at = next
      else {
        const made: Branch = {}
        at[part] = made
        at = made
      }
    })
    at[path[path.length - 1] ?? ''] = value
  }
  return { action, input: listed(tree) as Input }
}

interface Branch {
  [key: string]: string | Branch
}

function listed(value: string | Branch): Json {
  if (typeof value === 'string') return value
  const keys = Object.keys(value)
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key)))
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => listed(value[key] ?? ''))
  return Object.fromEntries(keys.map((key) => [key, listed(value[key] ?? '')]))
}
