// S3 as far as a ledger with a lock needs it: objects, and writes on conditions.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

import { createHash } from 'node:crypto'
import type { Call, Handlers } from './cloud.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { text } from './json.ts'
import { page } from './pages.ts'
import type { Protocol } from './protocols/protocol.ts'
import { routed } from './protocols/protocol.ts'
import { toXml } from './protocols/xml.ts'

const find = routed([
  ['HEAD', '/{Bucket}', 'HeadBucket'],
  ['PUT', '/{Bucket}', 'CreateBucket'],
  ['GET', '/{Bucket}', 'ListObjectsV2'],
  ['GET', '/{Bucket}/{Key+}', 'GetObject'],
  ['HEAD', '/{Bucket}/{Key+}', 'HeadObject'],
  ['PUT', '/{Bucket}/{Key+}', 'PutObject'],
  ['DELETE', '/{Bucket}/{Key+}', 'DeleteObject'],
])

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

export const s3Protocol: Protocol = {
  read: find,
  answer: (action, { $body, $headers, ...output }, requestId) => ({
    status: action === 'DeleteObject' ? 204 : 200,
    headers: {
      'x-amz-request-id': requestId,
      ...(action === 'ListObjectsV2' ? { 'content-type': 'application/xml' } : {}),
      ...($headers as Readonly<Record<string, string>> | undefined),
    },
    body:
      $body !== undefined
        ? Buffer.from(text($body), 'base64')
        : action === 'ListObjectsV2'
          ? `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="${namespace}">${toXml(output)}</ListBucketResult>`
          : '',
  }),
  refuse: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error>${toXml({ Code: error.code, Message: error.message, RequestId: requestId })}</Error>`,
  }),
  codes: {
    throttled: 'SlowDown',
    unknownKey: 'InvalidAccessKeyId',
    expired: 'ExpiredToken',
    denied: 'AccessDenied',
    internal: 'InternalError',
  },
}

function bucketOf({ cloud, input }: Call) {
  const found = cloud.buckets.get(text(input.Bucket))
  if (found === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
  return found
}

function checkConditions(call: Call): void {
  const there = bucketOf(call).get(text(call.input.Key))
  const { headers } = call.request
  const failed = new AwsError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
  )
  if (headers['if-none-match'] === '*' && there !== undefined) throw failed
  const match = headers['if-match']
  if (match === undefined) return
  if (there === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
  if (match !== '*' && match.replaceAll('"', '') !== there.etag.replaceAll('"', '')) throw failed
}

export const s3Actions: Handlers = {
  HeadBucket: (call) => {
    bucketOf(call)
    return { $headers: { 'x-amz-bucket-region': call.region } }
  },
  CreateBucket: ({ cloud, input }) => {
    const name = text(input.Bucket)
    if (cloud.buckets.has(name))
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      )
    cloud.buckets.set(name, new Map())
    return { $headers: { location: `/${name}` } }
  },
  PutObject: (call) => {
    checkConditions(call)
    const body = unchunked(call)
    const etag = `"${createHash('md5').update(body).digest('hex')}"`
    bucketOf(call).set(text(call.input.Key), { body, etag, at: new Date() })
    return { $headers: { etag } }
  },
  GetObject: (call) => {
    const found = bucketOf(call).get(text(call.input.Key))
    if (found === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
    return {
      $body: found.body.toString('base64'),
      $headers: {
        etag: found.etag,
        'content-type': 'application/octet-stream',
        'last-modified': found.at.toUTCString(),
      },
    }
  },
  HeadObject: (call) => {
    const found = bucketOf(call).get(text(call.input.Key))
    if (found === undefined) throw new AwsError('NotFound', 'Not Found', 404)
    return {
      $headers: {
        etag: found.etag,
        'content-length': String(found.body.length),
        'last-modified': found.at.toUTCString(),
      },
    }
  },
  DeleteObject: (call) => {
    checkConditions(call)
    bucketOf(call).delete(text(call.input.Key))
    return {}
  },
  ListObjectsV2: (call) => {
    const prefix = text(call.input.prefix)
    const keys = [...bucketOf(call).keys()].filter((key) => key.startsWith(prefix)).sort()
    const { items, next } = page(call.cloud, keys, call.input['continuation-token'], call.input['max-keys'], 1_000)
    return {
      Name: text(call.input.Bucket),
      Prefix: prefix,
      KeyCount: items.length,
      MaxKeys: 1000,
      IsTruncated: next !== undefined,
      NextContinuationToken: next,
      Contents: items.map((Key): Input => {
        const found = bucketOf(call).get(Key)
        return {
          Key,
          LastModified: found?.at.toISOString(),
          ETag: found?.etag,
          Size: found?.body.length,
          StorageClass: 'STANDARD',
        }
      }),
    }
  },
}

/** A stream is sent in chunks of `SIZE\r\nDATA\r\n`. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
function unchunked({ request }: Call): Buffer {
  if (!(request.headers['content-encoding'] ?? '').includes('aws-chunked')) return request.body
  const parts: Buffer[] = []
  for (let at = 0; at < request.body.length; ) {
    const end = request.body.indexOf('\r\n', at)
    const size = Number.parseInt(request.body.subarray(at, end).toString(), 16)
    if (!(size > 0)) break
    parts.push(request.body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
  return Buffer.concat(parts)
}
