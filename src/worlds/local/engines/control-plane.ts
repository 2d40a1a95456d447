// What every engine of one control plane is given: whose it is, where its files lie, and the certificates of the fleet. There is one
// certificate authority for each fleet, with one certificate for all servers (their names are all the loopback's) and one for all that
// administer: on one machine and for one user, more of them would only look safer.

import { join } from 'node:path'
import type { Owner } from '../engine.ts'

export interface ControlPlane {
  readonly owner: Owner
  /** A folder of its own, 0700. */
  readonly folder: string
  readonly pki: PkiFiles
  /** By how much its constants are shortened; left out, not at all. */
  readonly speed?: number
}

/** Paths; `pki.ts` writes what they name. */
export interface PkiFiles {
  readonly ca: string
  readonly caKey: string
  readonly server: string
  readonly serverKey: string
  readonly admin: string
  readonly adminKey: string
  readonly frontProxy: string
  readonly frontProxyKey: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublic: string
}

export const pkiFiles = (folder: string): PkiFiles => ({
  ca: join(folder, 'ca.crt'),
  caKey: join(folder, 'ca.key'),
  server: join(folder, 'server', 'tls.crt'),
  serverKey: join(folder, 'server', 'tls.key'),
  admin: join(folder, 'admin.crt'),
  adminKey: join(folder, 'admin.key'),
  frontProxy: join(folder, 'front-proxy.crt'),
  frontProxyKey: join(folder, 'front-proxy.key'),
  serviceAccountKey: join(folder, 'service-account.key'),
  serviceAccountPublic: join(folder, 'service-account.pub'),
})

export const kubeconfigPath = ({ folder }: ControlPlane): string => join(folder, 'kubeconfig')

/** For engines: it names the certificates where they lie, so that no key is copied. */
export function kubeconfigFor({ owner, pki }: ControlPlane, port: number): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: owner.name, cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': pki.ca } },
      ],
      users: [{ name: 'admin', user: { 'client-certificate': pki.admin, 'client-key': pki.adminKey } }],
      contexts: [{ name: owner.name, context: { cluster: owner.name, user: 'admin' } }],
      'current-context': owner.name,
    },
    null,
    2,
  )}\n`
}
