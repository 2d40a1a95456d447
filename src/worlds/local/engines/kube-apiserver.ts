// The API server of a cluster, and (with what differs) that of Karmada, which is one too. It tells nobody its address
// (`--endpoint-reconciler-type=none`): it would refuse a loopback one.

import { join } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { speedFlags } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigFor, kubeconfigPath } from './control-plane.ts'
import { etcdUrl } from './etcd.ts'

export const apiServerPorts = ['https'] as const

export interface ApiServerConfig {
  readonly ports: { readonly https: number }
  readonly etcdPort: number
  readonly serviceCidr: string
}

export const kubeApiserver = (of: ControlPlane, config: ApiServerConfig): EngineSpec =>
  apiServer(of, config, 'kube-apiserver', speedFlags('kubeApiserver', of.speed))

export function apiServer(
  of: ControlPlane,
  { ports, etcdPort, serviceCidr }: ApiServerConfig,
  name: 'kube-apiserver' | 'karmada-apiserver',
  more: readonly string[],
): EngineSpec {
  const { owner, folder, pki } = of
  return {
    id: engineId(owner, name),
    name,
    owner,
    binary: 'kube-apiserver',
    args: [
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.https}`,
      '--endpoint-reconciler-type=none',
      `--etcd-servers=${etcdUrl(etcdPort)}`,
      `--etcd-prefix=/${owner.name}`,
      `--etcd-cafile=${pki.ca}`,
      `--etcd-certfile=${pki.admin}`,
      `--etcd-keyfile=${pki.adminKey}`,
      `--cert-dir=${join(folder, 'run')}`,
      `--tls-cert-file=${pki.server}`,
      `--tls-private-key-file=${pki.serverKey}`,
      `--client-ca-file=${pki.ca}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      `--service-cluster-ip-range=${serviceCidr}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${pki.serviceAccountPublic}`,
      `--service-account-signing-key-file=${pki.serviceAccountKey}`,
      '--profiling=false',
      ...more,
    ],
    env: {},
    ports,
    files: [{ path: kubeconfigPath(of), mode: 0o600, text: kubeconfigFor(of, ports.https) }],
    ready: { kind: 'https', port: ports.https, path: '/readyz', status: 200 },
    needs: [engineId(owner, 'etcd')],
    // it may take a minute to say goodbye to its watchers, who have gone already
    stop: { order: stopOrder.apiServer, graceSeconds: 8 },
    restart: 'whileStarting',
  }
}
