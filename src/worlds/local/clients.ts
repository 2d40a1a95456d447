// Clients of the API servers of one fleet, each made once, with its certificates.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import type { Credentials, KubeClient } from '../kube/client.ts'
import { kubeClient } from '../kube/client.ts'
import type { Owner, Ports } from './engine.ts'
import { engineId } from './engine.ts'
import { pkiFiles } from './engines/control-plane.ts'

export interface Clients {
  readonly credentials: () => Credentials
  readonly of: (owner: Owner) => KubeClient
  readonly close: () => void
}

export const apiServerOf = (owner: Owner): string =>
  engineId(owner, owner.kind === 'cluster' ? 'kube-apiserver' : 'karmada-apiserver')

/** The CA is written last: with it the set is whole, and without it the last `up` was ended before anything could run. */
export const hasCertificates = (folder: string): boolean => existsSync(pkiFiles(join(folder, 'pki')).ca)

export function requireCertificates(folder: string): void {
  if (!hasCertificates(folder))
    throw new Refusal(
      'refused',
      'the last skerry up did not come to its end: there are no certificates yet',
      'skerry up, to go on, or skerry down',
    )
}

export function clientsFor(folder: string, ports: () => Ports, timeoutMs?: number): Clients {
  const pki = pkiFiles(join(folder, 'pki'))
  let known: Credentials | undefined
  const credentials = (): Credentials => {
    if (known === undefined) requireCertificates(folder)
    known ??= {
      ca: readFileSync(pki.ca, 'utf8'),
      cert: readFileSync(pki.admin, 'utf8'),
      key: readFileSync(pki.adminKey, 'utf8'),
    }
    return known
  }
  const made = new Map<string, KubeClient>()
  return {
    credentials,
    of: (owner) => {
      const id = apiServerOf(owner)
      const client = made.get(id) ?? kubeClient(ports()[id]?.https ?? 0, credentials(), timeoutMs)
      made.set(id, client)
      return client
    },
    close: () => {
      for (const client of made.values()) client.close()
    },
  }
}
