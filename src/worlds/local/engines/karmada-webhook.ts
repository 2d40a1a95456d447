// Karmada's webhook cannot be left out: it gives policies, bindings and works the ids by which they find each other, and without them the
// clean-up of one binding deletes the works of another. It must answer before any policy or template is applied.

import { dirname } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const webhookPorts = ['https'] as const

export function karmadaWebhook(
  of: ControlPlane,
  {
    ports,
    flags,
    needs,
  }: {
    readonly ports: Readonly<Record<(typeof webhookPorts)[number], number>>
    readonly flags: readonly string[]
    readonly needs: readonly string[]
  },
): EngineSpec {
  const { owner, pki } = of
  return {
    id: engineId(owner, 'karmada-webhook'),
    name: 'karmada-webhook',
    owner,
    binary: 'karmada-webhook',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.https}`,
      // it looks for tls.crt and tls.key in there
      `--cert-dir=${dirname(pki.server)}`,
      '--metrics-bind-address=0',
      '--health-probe-bind-address=0',
      ...flags,
    ],
    env: {},
    ports,
    files: [],
    // it answers for itself where the API server asks it
    ready: { kind: 'https', port: ports.https, path: '/readyz/', status: 200 },
    needs,
    stop: { order: stopOrder.client, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
