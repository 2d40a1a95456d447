// Karmada's scheduler, without the estimators that would ask each member: replicas are divided by what the members report.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const karmadaSchedulerPorts = ['health'] as const

export function karmadaScheduler(
  of: ControlPlane,
  { ports, needs }: { readonly ports: { readonly health: number }; readonly needs: readonly string[] },
): EngineSpec {
  const { owner } = of
  return {
    id: engineId(owner, 'karmada-scheduler'),
    name: 'karmada-scheduler',
    owner,
    binary: 'karmada-scheduler',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      '--leader-elect=false',
      '--metrics-bind-address=0',
      `--health-probe-bind-address=127.0.0.1:${ports.health}`,
    ],
    env: {},
    ports,
    files: [],
    ready: { kind: 'http', port: ports.health, path: '/healthz', status: 200 },
    needs,
    stop: { order: stopOrder.client, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
