// The controllers of a cluster, all that are on by default; and those few that Karmada's API needs: without the garbage collector nothing
// that hangs on a deleted template would go. Sources: facts of `kube-controller-manager --help` 1.36; Karmada v1.18.2,
// artifacts/deploy/kube-controller-manager.yaml. Neither signs certificates, for which nobody asks here: each signer would hold an inotify
// instance for as long as it runs, of which Linux gives a user 128 in all.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { speedFlags } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const controllerManagerPorts = ['https'] as const

interface Config {
  readonly ports: { readonly https: number }
  readonly serviceCidr: string
}

export const kubeControllerManager = (of: ControlPlane, config: Config): EngineSpec =>
  controllerManager(of, config, 'kube-controller-manager', 'kube-apiserver', ['*'])

export const karmadaKubeControllerManager = (of: ControlPlane, config: Config): EngineSpec =>
  controllerManager(of, config, 'karmada-kube-controller-manager', 'karmada-apiserver', [
    'namespace',
    'garbagecollector',
    'serviceaccount-token',
    'ttl-after-finished',
    'csrcleaner',
    'clusterrole-aggregation',
  ])

function controllerManager(
  of: ControlPlane,
  { ports, serviceCidr }: Config,
  name: 'kube-controller-manager' | 'karmada-kube-controller-manager',
  apiServer: 'kube-apiserver' | 'karmada-apiserver',
  controllers: readonly string[],
): EngineSpec {
  const { owner, pki } = of
  return {
    id: engineId(owner, name),
    name,
    owner,
    binary: 'kube-controller-manager',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      `--controllers=${controllers.join(',')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.https}`,
      `--tls-cert-file=${pki.server}`,
      `--tls-private-key-file=${pki.serverKey}`,
      '--leader-elect=false',
      `--service-cluster-ip-range=${serviceCidr}`,
      `--service-account-private-key-file=${pki.serviceAccountKey}`,
      `--root-ca-file=${pki.ca}`,
      '--profiling=false',
      ...(name === 'kube-controller-manager' ? speedFlags('kubeControllerManager', of.speed) : []),
    ],
    env: {},
    ports,
    files: [],
    ready: { kind: 'https', port: ports.https, path: '/healthz', status: 200 },
    needs: [engineId(owner, apiServer)],
    stop: { order: stopOrder.client, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
