// What the three controllers of Flux have in common: they find their cluster by KUBECONFIG, write where HOME and TMPDIR lead, and elect
// no leader, for there is one of each. Source: their `--help` and `config/manager/deployment.yaml`, Flux 2.9.5.

import { join } from 'node:path'
import type { EngineName, EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { speedFlags } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export type FluxName = Extract<EngineName, 'source-controller' | 'kustomize-controller' | 'helm-controller'>

/** The namespace of Flux's own objects; the CRDs must be there before a controller starts. */
export const fluxNamespace = 'flux-system'

export interface FluxConfig<Port extends string> {
  readonly ports: Readonly<Record<Port, number>>
  /** Steps of the bring-up that put the CRDs there. */
  readonly needs: readonly string[]
}

export function fluxController<Port extends string>(
  of: ControlPlane,
  name: FluxName,
  { ports, needs }: FluxConfig<Port | 'health'>,
  more: readonly string[] = [],
): EngineSpec {
  const { owner, folder } = of
  const home = join(folder, name)
  return {
    id: engineId(owner, name),
    name,
    owner,
    binary: name,
    args: [
      '--watch-all-namespaces=true',
      '--enable-leader-election=false',
      // nobody is told of events but the API server
      '--events-addr=',
      '--metrics-addr=0',
      `--health-addr=127.0.0.1:${ports.health}`,
      '--log-level=info',
      '--log-encoding=json',
      ...more,
      ...speedFlags('fluxController', of.speed),
    ],
    env: { KUBECONFIG: kubeconfigPath(of), RUNTIME_NAMESPACE: fluxNamespace, HOME: home, TMPDIR: home },
    ports,
    // the folder must be there before it starts
    files: [{ path: join(home, '.keep'), mode: 0o600, text: '' }],
    ready: { kind: 'http', port: ports.health, path: '/readyz', status: 200 },
    needs,
    stop: { order: stopOrder.client, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
