// Karmada's controllers: they watch the members and write the works. Whether anything moves off a lost member is decided by flags that
// the plan carries; none of them is on as Karmada comes.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { speedFlags } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const karmadaControllerManagerPorts = ['health'] as const

export function karmadaControllerManager(
  of: ControlPlane,
  {
    ports,
    flags,
    needs,
  }: {
    readonly ports: { readonly health: number }
    /** The switches of failover, as the plan has them. */
    readonly flags: readonly string[]
    readonly needs: readonly string[]
  },
): EngineSpec {
  const { owner } = of
  return {
    id: engineId(owner, 'karmada-controller-manager'),
    name: 'karmada-controller-manager',
    owner,
    binary: 'karmada-controller-manager',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      '--leader-elect=false',
      '--metrics-bind-address=0',
      `--health-probe-bind-address=127.0.0.1:${ports.health}`,
      ...flags,
      ...speedFlags('karmadaControllerManager', of.speed),
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
