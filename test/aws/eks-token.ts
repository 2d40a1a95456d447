// Tokens of EKS: a presigned GetCallerIdentity in base64 that names the cluster, and what the control plane makes of it.
// https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster

import { createHash, createHmac } from 'node:crypto'
import type { Cloud } from './cloud.ts'
import type { Entity } from './entities.ts'
import { records, text, texts } from './json.ts'

export interface Bearer {
  readonly arn: string
  readonly username: string
  readonly groups: readonly string[]
}

/** Who the token says it is, by the key it was signed with. Throws with the reason why it says nothing. */
export function verifyEksToken(
  cloud: Cloud,
  cluster: string,
  token: string,
): { readonly arn: string; readonly account: string } {
  if (!token.startsWith('k8s-aws-v1.')) throw new Error('token is missing expected "k8s-aws-v1." prefix')
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8'))
  if (!/^sts(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/.test(url.hostname))
    throw new Error(`unexpected hostname "${url.hostname}" in pre-signed URL`)
  const asked = url.searchParams
  if (asked.get('Action') !== 'GetCallerIdentity')
    throw new Error(`unexpected action parameter in pre-signed URL: ${asked.get('Action')}`)
  const signed = (asked.get('X-Amz-SignedHeaders') ?? '').split(';')
  if (!signed.includes('x-k8s-aws-id'))
    throw new Error('client did not sign the x-k8s-aws-id header in the pre-signed URL')
  const expires = Number(asked.get('X-Amz-Expires'))
  if (!(expires >= 0 && expires <= 900)) throw new Error('invalid X-Amz-Expires parameter in pre-signed URL')
  const date = asked.get('X-Amz-Date') ?? ''
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  // the authenticator allows 15 minutes whatever the URL says
  if (!(Date.now() - at < 15 * 60_000)) throw new Error('X-Amz-Date parameter is expired (15 minute expiration)')
  const [keyId = '', day = '', region = ''] = (asked.get('X-Amz-Credential') ?? '').split('/')
  const key = cloud.keys.get(keyId)
  if (key === undefined || (key.expiresAt !== undefined && key.expiresAt.getTime() < Date.now()))
    throw new Error('sts getCallerIdentity failed: InvalidClientTokenId')
  if (asked.get('X-Amz-Signature') !== signatureOf(url, signed, { cluster, date, day, region, secret: key.secret }))
    throw new Error('sts getCallerIdentity failed: SignatureDoesNotMatch')
  return { arn: key.arn, account: key.account }
}

/** And what its access entry lets it be. */
export function whoHas(cloud: Cloud, cluster: Entity, token: string): Bearer {
  const { arn } = verifyEksToken(cloud, cluster.id, token)
  const principal = principalOf(arn)
  const entry = cloud.store
    .list('AWS::EKS::AccessEntry', cluster)
    .find((it) => it.properties.ClusterName === cluster.id && text(it.properties.PrincipalArn) === principal)
  const isCreator = cluster.attributes.CreatorArn === principal
  if (entry === undefined && !isCreator) throw new Error(`no access entry for ${principal}`)
  const policies = records(entry?.properties.AccessPolicies).map((it) => text(it.PolicyArn).split('/').pop())
  const isAdmin = isCreator || policies.includes('AmazonEKSClusterAdminPolicy')
  return {
    arn,
    username: arn,
    groups: [
      ...texts(entry?.properties.KubernetesGroups),
      ...(isAdmin ? ['system:masters'] : []),
      'system:authenticated',
    ],
  }
}

/** A session counts as its role. */
export const principalOf = (arn: string): string =>
  arn.replace(/^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/.*$/, 'arn:aws:iam::$1:role/$2')

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function signatureOf(
  url: URL,
  signed: readonly string[],
  of: { cluster: string; date: string; day: string; region: string; secret: string },
): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&')
  const headers = signed
    .map((name) => `${name}:${name === 'host' ? url.host : name === 'x-k8s-aws-id' ? of.cluster : ''}\n`)
    .join('')
  const empty = createHash('sha256').update('').digest('hex')
  const request = ['GET', url.pathname, query, headers, signed.join(';'), empty].join('\n')
  const scope = `${of.day}/${of.region}/sts/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', of.date, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  const chain = [of.day, of.region, 'sts', 'aws4_request'].reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${of.secret}`,
  )
  return createHmac('sha256', chain).update(toSign).digest('hex')
}

const escaped = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`)
