// The agent of a member that nobody outside can open a connection to: it fetches its work from Karmada, and reports by a lease.

import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { speedFlags } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const agentPorts = ['health'] as const

export interface AgentConfig {
  readonly ports: { readonly health: number }
  /** Of the API of Karmada. */
  readonly federation: ControlPlane
  readonly apiServerPort: number
  readonly region: string | undefined
  readonly zones: readonly string[]
  readonly provider: string | undefined
  readonly needs: readonly string[]
}

export function karmadaAgent(of: ControlPlane, config: AgentConfig): EngineSpec {
  const { ports, federation, apiServerPort, region, zones, provider, needs } = config
  const { owner } = of
  return {
    id: engineId(owner, 'karmada-agent'),
    name: 'karmada-agent',
    owner,
    binary: 'karmada-agent',
    args: [
      `--karmada-kubeconfig=${kubeconfigPath(federation)}`,
      `--kubeconfig=${kubeconfigPath(of)}`,
      `--cluster-name=${owner.name}`,
      `--cluster-api-endpoint=https://127.0.0.1:${apiServerPort}`,
      '--report-secrets=None',
      ...(region === undefined ? [] : [`--cluster-region=${region}`]),
      ...(zones.length === 0 ? [] : [`--cluster-zones=${zones.join(',')}`]),
      ...(provider === undefined ? [] : [`--cluster-provider=${provider}`]),
      '--leader-elect=false',
      '--metrics-bind-address=0',
      `--health-probe-bind-address=127.0.0.1:${ports.health}`,
      ...speedFlags('karmadaAgent', of.speed),
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
