// skerry kubeconfig: the way into a cluster, or into Karmada, with the certificates inside, so that the file works wherever it is moved
// on this machine.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import { apiServerOf, requireCertificates } from './clients.ts'
import type { Owner } from './engine.ts'
import { pkiFiles } from './engines/control-plane.ts'
import type { LocalState } from './state.ts'

/** The first line of every one: a file that begins so may be replaced by the next. */
export const kubeconfigMark = '# skerry kubeconfig'

/** `name` is a cluster, or a federation: the API of Karmada. */
export function kubeconfig(folder: string, state: LocalState, name: string): string {
  const clusters = Object.keys(state.expected.clusters)
  const federations = Object.keys(state.expected.federations)
  const owner: Owner | undefined = clusters.includes(name)
    ? { kind: 'cluster', name }
    : federations.includes(name)
      ? { kind: 'federation', name }
      : undefined
  const port = owner === undefined ? undefined : state.ports[apiServerOf(owner)]?.https
  if (owner === undefined || port === undefined) {
    const federation = state.expected.hosts[name]
    throw new Refusal(
      'usage',
      federation !== undefined && federations.includes(federation)
        ? `${name} has no API of its own on this machine: nothing runs on it but Karmada`
        : `${name} does not run on this machine`,
      federation !== undefined && federations.includes(federation)
        ? `the API of Karmada: skerry kubeconfig ${federation}`
        : clusters.length === 0
          ? `skerry up --only ${name}`
          : `there are ${listed([...clusters, ...federations])}`,
    )
  }
  requireCertificates(folder)
  const pki = pkiFiles(join(folder, 'pki'))
  const data = (path: string): string => readFileSync(path).toString('base64')
  const context = `${state.fleet}-${name}`
  return [
    `${kubeconfigMark} ${name}: it holds a key`,
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${context}`,
    'clusters:',
    `  - name: ${context}`,
    '    cluster:',
    `      server: https://127.0.0.1:${port}`,
    `      certificate-authority-data: ${data(pki.ca)}`,
    'users:',
    `  - name: ${context}`,
    '    user:',
    `      client-certificate-data: ${data(pki.admin)}`,
    `      client-key-data: ${data(pki.adminKey)}`,
    'contexts:',
    `  - name: ${context}`,
    '    context:',
    `      cluster: ${context}`,
    `      user: ${context}`,
    '',
  ].join('\n')
}
