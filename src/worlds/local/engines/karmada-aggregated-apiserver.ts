// Serves `Cluster`, which has no CRD: nothing of Karmada works without it. The API server finds it by a Service of type ExternalName.
// Source of the flags: Karmada v1.18.2, artifacts/deploy/karmada-aggregated-apiserver.yaml.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'
import { etcdUrl } from './etcd.ts'

export const aggregatedPorts = ['https'] as const

export function karmadaAggregatedApiserver(
  of: ControlPlane,
  { ports, etcdPort }: { readonly ports: { readonly https: number }; readonly etcdPort: number },
): EngineSpec {
  const { owner, pki } = of
  const kubeconfig = kubeconfigPath(of)
  return {
    id: engineId(owner, 'karmada-aggregated-apiserver'),
    name: 'karmada-aggregated-apiserver',
    owner,
    binary: 'karmada-aggregated-apiserver',
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--etcd-servers=${etcdUrl(etcdPort)}`,
      `--etcd-cafile=${pki.ca}`,
      `--etcd-certfile=${pki.admin}`,
      `--etcd-keyfile=${pki.adminKey}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.https}`,
      `--tls-cert-file=${pki.server}`,
      `--tls-private-key-file=${pki.serverKey}`,
      '--profiling=false',
    ],
    env: {},
    ports,
    files: [],
    ready: { kind: 'https', port: ports.https, path: '/readyz', status: 200 },
    needs: [engineId(owner, 'karmada-apiserver')],
    stop: { order: stopOrder.apiServer, graceSeconds: 5 },
    restart: 'whileStarting',
  }
}
