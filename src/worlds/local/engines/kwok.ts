// KWOK plays the kubelets of the nodes of one site: heartbeats, and pods that run without a container. One process for each site, so that
// a site's heartbeats can be cut from its cluster. It does nothing without stages: most are ours (stages.ts), two are of its own module.

import { join } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import { offLabel } from '../outside/doors/config.ts'
import { kwokLeaseSeconds } from '../speed.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const kwokPorts = ['http'] as const

/** The label by which the KWOK process of a site knows its nodes. */
export const siteLabel = 'skerry.dev/site'

export interface KwokConfig {
  readonly ports: { readonly http: number }
  readonly site: string
  /** Files of KWOK with stages that are kept as they are. */
  readonly stages: readonly string[]
  /** The stages of ours, as text. */
  readonly ownStages: string
  /** Of the pods of this site; two sites of a cluster have two. */
  readonly podCidr: string
  /** Where it finds the API of its cluster; left out, directly. */
  readonly kubeconfig?: string
}

/** Files that `skerry engines install kwok` puts beside the program (KWOK v0.8.0). */
export const kwokStages: readonly string[] = [
  'stages/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'stages/pod/fast/pod-complete.yaml',
]

export function kwok(of: ControlPlane, config: KwokConfig): EngineSpec {
  const { ports, site, stages, ownStages, podCidr, kubeconfig = kubeconfigPath(of) } = config
  const { owner, folder, speed } = of
  const stagesPath = join(folder, `kwok-${site}.stages.yaml`)
  return {
    id: engineId(owner, `kwok-${site}`),
    name: 'kwok',
    owner,
    binary: 'kwok',
    args: [
      `--kubeconfig=${kubeconfig}`,
      ...[...stages, stagesPath].map((stage) => `--config=${stage}`),
      '--manage-all-nodes=false',
      // a node that a drill takes the power from is nobody's until it is back
      `--manage-nodes-with-label-selector=${siteLabel}=${site},${offLabel}!=true`,
      `--node-lease-duration-seconds=${kwokLeaseSeconds(speed)}`,
      '--node-ip=127.0.0.1',
      `--cidr=${podCidr}`,
      `--server-address=127.0.0.1:${ports.http}`,
    ],
    env: { HOME: folder, KWOK_WORKDIR: join(folder, 'kwok') },
    ports,
    files: [{ path: stagesPath, mode: 0o600, text: ownStages }],
    ready: { kind: 'http', port: ports.http, path: '/healthz', status: 200 },
    needs: [engineId(owner, 'kube-apiserver')],
    stop: { order: stopOrder.client, graceSeconds: 2 },
    restart: 'whileStarting',
  }
}
