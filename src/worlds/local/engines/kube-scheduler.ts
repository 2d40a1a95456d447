// The scheduler of a cluster, as it comes.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const schedulerPorts = ['https'] as const

export function kubeScheduler(of: ControlPlane, ports: { readonly https: number }): EngineSpec {
  const { owner, pki } = of
  return {
    id: engineId(owner, 'kube-scheduler'),
    name: 'kube-scheduler',
    owner,
    binary: 'kube-scheduler',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.https}`,
      `--tls-cert-file=${pki.server}`,
      `--tls-private-key-file=${pki.serverKey}`,
      '--leader-elect=false',
      '--profiling=false',
    ],
    env: {},
    ports,
    files: [],
    ready: { kind: 'https', port: ports.https, path: '/healthz', status: 200 },
    needs: [engineId(owner, 'kube-apiserver')],
    stop: { order: stopOrder.client, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
