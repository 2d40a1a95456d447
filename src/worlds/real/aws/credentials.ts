// Who asks: the default chain of the SDK (environment, profile, SSO, web identity, instance), and from there the role that the fleet
// declares for the account, unless that is who is there already.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { partitionOf } from '../../../artefacts/partition.ts'
import type { Account, Fleet } from '../../../model/fleet.ts'

type Provider = ReturnType<typeof fromNodeProviderChain>
type Common = Readonly<Record<string, unknown>>

export function credentialsFor(
  fleet: Fleet,
  env: NodeJS.ProcessEnv,
  role: 'plan' | 'deploy',
  common: Common,
): (account: string | undefined, region: string) => Provider {
  const base = chainOf(env)
  const byAccount = new Map<string, Provider>()
  return (name, region) => {
    const account = fleet.accounts.find((it) => it.name === name)
    const wanted = account?.roles?.[role]
    if (account === undefined || wanted === undefined) return base
    const known = byAccount.get(account.name) ?? assumed(account, wanted, base, region, common)
    byAccount.set(account.name, known)
    return known
  }
}

/** An environment that is not the process's own (a test's) speaks for itself. */
function chainOf(env: NodeJS.ProcessEnv): Provider {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  if (env !== process.env && accessKeyId !== undefined && secretAccessKey !== undefined)
    return async () => ({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) })
  // no instance of EC2 answers on a laptop: its two attempts of a second are enough
  return fromNodeProviderChain({ timeout: 1_000, maxRetries: 1 })
}

function assumed(account: Account, role: string, base: Provider, region: string, common: Common): Provider {
  let chosen: Promise<Provider> | undefined
  const choose = async (): Promise<Provider> => {
    const client = new STSClient({ ...common, region, credentials: base })
    try {
      const { Arn = '' } = await client.send(new GetCallerIdentityCommand({}))
      // a role may not assume itself unless its trust policy says so
      if (Arn.includes(`::${account.id}:assumed-role/${role}/`)) return base
    } finally {
      client.destroy()
    }
    return fromTemporaryCredentials({
      masterCredentials: base,
      params: {
        RoleArn: `arn:${partitionOf(region)}:iam::${account.id}:role/${role}`,
        RoleSessionName: account.session?.name ?? 'skerry',
        ...(account.session !== undefined && { DurationSeconds: secondsOf(account.session.duration) }),
      },
      clientConfig: { ...common, region },
    })
  }
  return async (...given) => {
    chosen ??= choose()
    try {
      return await (await chosen)(...given)
    } catch (error) {
      chosen = undefined
      throw error
    }
  }
}

const secondsOf = (duration: string): number =>
  Number(duration.slice(0, -1)) * ({ s: 1, m: 60, h: 3600 }[duration.slice(-1)] ?? 1)
