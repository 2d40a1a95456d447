// A token for the API of an EKS cluster: a presigned GetCallerIdentity that names the cluster in a signed header, as aws-iam-authenticator
// and `aws eks get-token` make it. The server lets it count for 15 minutes from its signature.
// https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster

import type { STSClient } from '@aws-sdk/client-sts'
import type { Where } from './where.ts'

const clusterHeader = 'x-k8s-aws-id'
const renewAfterMilliseconds = 10 * 60_000

/** What the client's own signer can do besides signing. */
interface Presigner {
  readonly presign: (
    request: object,
    options: { readonly expiresIn: number; readonly unhoistableHeaders: Set<string> },
  ) => Promise<{ readonly hostname: string; readonly path: string; readonly query: Readonly<Record<string, string>> }>
}

export function tokenFor(sts: (at: Where) => STSClient): (at: Where, cluster: string) => Promise<string> {
  const made = new Map<string, { readonly at: number; readonly token: Promise<string> }>()
  return (at, cluster) => {
    const key = `${at.account ?? ''} ${at.region} ${cluster}`
    const known = made.get(key)
    if (known !== undefined && Date.now() - known.at < renewAfterMilliseconds) return known.token
    const token = presigned(sts(at), at.region, cluster)
    made.set(key, { at: Date.now(), token })
    token.catch(() => made.delete(key))
    return token
  }
}

async function presigned(client: STSClient, region: string, cluster: string): Promise<string> {
  // the server accepts the endpoints of STS and no others, whatever this run's own requests go through
  const host = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  const signer = (await client.config.signer()) as unknown as Presigner
  const { hostname, path, query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host, [clusterHeader]: cluster },
    },
    { expiresIn: 60, unhoistableHeaders: new Set([clusterHeader]) },
  )
  const url = `https://${hostname}${path}?${new URLSearchParams(query)}`
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`
}
