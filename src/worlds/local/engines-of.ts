// The engines of a layout, with the ports that each listens on. Pure: the same layout and ports give the same engines.

import { join } from 'node:path'
import type { Step } from '../../model/plan.ts'
import type { EngineFile, EngineSpec, Owner, Ports } from './engine.ts'
import { engineId } from './engine.ts'
import type { ControlPlane } from './engines/control-plane.ts'
import { kubeconfigFor, kubeconfigPath, pkiFiles } from './engines/control-plane.ts'
import { etcd, etcdPorts } from './engines/etcd.ts'
import { helmController, helmControllerPorts } from './engines/helm-controller.ts'
import { agentPorts, karmadaAgent } from './engines/karmada-agent.ts'
import { aggregatedPorts, karmadaAggregatedApiserver } from './engines/karmada-aggregated-apiserver.ts'
import { karmadaApiserver } from './engines/karmada-apiserver.ts'
import { karmadaControllerManager, karmadaControllerManagerPorts } from './engines/karmada-controller-manager.ts'
import { karmadaScheduler, karmadaSchedulerPorts } from './engines/karmada-scheduler.ts'
import { karmadaWebhook, webhookPorts } from './engines/karmada-webhook.ts'
import { apiServerPorts, kubeApiserver } from './engines/kube-apiserver.ts'
import {
  controllerManagerPorts,
  karmadaKubeControllerManager,
  kubeControllerManager,
} from './engines/kube-controller-manager.ts'
import { kubeScheduler, schedulerPorts } from './engines/kube-scheduler.ts'
import { kustomizeController, kustomizeControllerPorts } from './engines/kustomize-controller.ts'
import { kwok, kwokPorts, kwokStages } from './engines/kwok.ts'
import { outside, outsideId } from './engines/outside.ts'
import { powerDns, powerDnsPorts } from './engines/powerdns.ts'
import { sourceController, sourceControllerPorts } from './engines/source-controller.ts'
import { stagesText } from './engines/stages.ts'
import type { Layout, LocalCluster, LocalFederation } from './layout.ts'
import { failoverOf, stepOf } from './layout.ts'
import { addressesOf, doorKeys, publicKey } from './outside/doors/doors-of.ts'
import { linkId, linksOf } from './outside/links/links-of.ts'
import { doorsHaveAddresses } from './outside/outside-of.ts'

/** The switches of failover that are flags of that program. */
function flagsOf(step: Step, component: string): readonly string[] {
  const failover = failoverOf(step)
  const switches = (failover.switches ?? []) as readonly { readonly component: string; readonly flag?: string }[]
  const purge = { gracefully: 'Gracefully', directly: 'Directly' }[String(failover.purge)]
  return [
    ...switches.flatMap((it) => (it.component === component && it.flag !== undefined ? [it.flag] : [])),
    ...(component === 'karmada-controller-manager' && purge !== undefined
      ? [`--no-execute-taint-eviction-purge-mode=${purge}`]
      : []),
  ]
}

/** Those that the process outside has whatever the fleet is; all doors listen on one, at addresses of their own. */
const outsidePorts = ['control', 'doors', 'dns', 'repositories'] as const

/** Which ports each engine listens on. */
export function portsWanted(layout: Layout): Readonly<Record<string, readonly string[]>> {
  const wanted: Record<string, readonly string[]> = {}
  const want = (owner: Owner, engine: string, names: readonly string[]) => {
    wanted[engineId(owner, engine)] = names
  }
  want(layout.owner, 'outside', [
    ...outsidePorts,
    ...linksOf(layout).map(({ id }) => id),
    ...(doorsHaveAddresses() ? [] : doorKeys(layout.plan, layout)),
  ])
  if (layout.powerDns) want(layout.owner, 'powerdns', powerDnsPorts)
  for (const { owner, members } of layout.federations) {
    want(owner, 'etcd', etcdPorts)
    want(owner, 'karmada-apiserver', apiServerPorts)
    want(owner, 'karmada-kube-controller-manager', controllerManagerPorts)
    want(owner, 'karmada-aggregated-apiserver', aggregatedPorts)
    want(owner, 'karmada-webhook', webhookPorts)
    want(owner, 'karmada-controller-manager', karmadaControllerManagerPorts)
    want(owner, 'karmada-scheduler', karmadaSchedulerPorts)
    for (const { cluster, sync } of members)
      if (sync === 'pull') want({ kind: 'cluster', name: cluster }, 'karmada-agent', agentPorts)
  }
  for (const { owner, pools, flux } of layout.clusters) {
    want(owner, 'etcd', etcdPorts)
    want(owner, 'kube-apiserver', apiServerPorts)
    want(owner, 'kube-controller-manager', controllerManagerPorts)
    want(owner, 'kube-scheduler', schedulerPorts)
    for (const site of pools.keys()) want(owner, `kwok-${site}`, kwokPorts)
    if (!flux) continue
    want(owner, 'source-controller', sourceControllerPorts)
    want(owner, 'kustomize-controller', kustomizeControllerPorts)
    want(owner, 'helm-controller', helmControllerPorts)
  }
  return wanted
}

export const controlPlaneOf = (folder: string, owner: Owner, speed = 1): ControlPlane => ({
  owner,
  folder: join(folder, `${owner.kind}s`, owner.name),
  pki: pkiFiles(join(folder, 'pki')),
  ...(speed !== 1 && { speed }),
})

export interface EngineFolders {
  /** The state folder. */
  readonly folder: string
  /** With KWOK's stages. */
  readonly kwokFiles: string
  /** What Node runs as the process outside. */
  readonly outsideProgram: string
  readonly outsideVersion?: string
  /** By how much constants are shortened; left out: not at all. */
  readonly speed?: number
  /** Copies are ready as soon as they are placed: nobody who brings a fleet up for the first time learns anything from waiting for them. */
  readonly promptly?: boolean
}

const defaultServiceCidr = '10.96.0.0/12'

/** Those of federations first: what they wait for takes longest. */
export function enginesOf(
  layout: Layout,
  ports: Ports,
  { folder, kwokFiles, outsideProgram, outsideVersion = '', speed, promptly = false }: EngineFolders,
): readonly EngineSpec[] {
  const linkPort = (id: string): number => ports[outsideId(layout.owner)]?.[id] ?? 0
  const configured = stepOf.outside(layout.owner)
  const at = <Name extends string>(owner: Owner, engine: string): Readonly<Record<Name, number>> =>
    (ports[engineId(owner, engine)] ?? {}) as Readonly<Record<Name, number>>

  const ofFederation = ({ owner, step, members }: LocalFederation): readonly EngineSpec[] => {
    const of = controlPlaneOf(folder, owner, speed)
    const etcdPort = at<'client'>(owner, 'etcd').client
    return [
      etcd(of, at(owner, 'etcd')),
      karmadaApiserver(of, { ports: at(owner, 'karmada-apiserver'), etcdPort, serviceCidr: defaultServiceCidr }),
      karmadaAggregatedApiserver(of, { ports: at(owner, 'karmada-aggregated-apiserver'), etcdPort }),
      karmadaWebhook(of, {
        ports: at(owner, 'karmada-webhook'),
        flags: flagsOf(step, 'karmada-webhook'),
        needs: [stepOf.crds(owner)],
      }),
      karmadaControllerManager(of, {
        ports: at(owner, 'karmada-controller-manager'),
        flags: flagsOf(step, 'karmada-controller-manager'),
        needs: [stepOf.aggregation(owner)],
      }),
      karmadaScheduler(of, { ports: at(owner, 'karmada-scheduler'), needs: [stepOf.aggregation(owner)] }),
      karmadaKubeControllerManager(of, {
        ports: at(owner, 'karmada-kube-controller-manager'),
        serviceCidr: defaultServiceCidr,
      }),
      ...members
        .filter(({ sync }) => sync === 'pull')
        .map(({ cluster, region, zones, provider }) => {
          const member: Owner = { kind: 'cluster', name: cluster }
          const here = controlPlaneOf(folder, member, speed)
          const karmada = overLink(of, join(here.folder, 'karmada'), linkPort(linkId.pull(cluster, owner.name)))
          const spec = karmadaAgent(here, {
            ports: at(member, 'karmada-agent'),
            federation: karmada.of,
            apiServerPort: at<'https'>(member, 'kube-apiserver').https,
            ...{ region, zones, provider },
            needs: [stepOf.aggregation(owner), engineId(member, 'kube-apiserver'), configured],
          })
          return { ...spec, files: [...spec.files, karmada.file] }
        }),
    ]
  }

  // all API servers at once share the cores, and what Karmada's waits for begins that much later
  const afterKarmada = (spec: EngineSpec): EngineSpec => ({
    ...spec,
    needs: [...spec.needs, ...layout.federations.map(({ owner }) => engineId(owner, 'karmada-apiserver'))],
  })

  const ofCluster = ({ owner, cluster, pools, startups, flux }: LocalCluster): readonly EngineSpec[] => {
    const of = controlPlaneOf(folder, owner, speed)
    const serviceCidr = cluster.eks?.serviceCidr ?? cluster.eksAnywhere?.serviceCidr ?? defaultServiceCidr
    const ownStages = stagesText(promptly ? [] : startups, speed ?? 1)
    return [
      etcd(of, at(owner, 'etcd')),
      afterKarmada(
        kubeApiserver(of, {
          ports: at(owner, 'kube-apiserver'),
          etcdPort: at<'client'>(owner, 'etcd').client,
          serviceCidr,
        }),
      ),
      kubeControllerManager(of, { ports: at(owner, 'kube-controller-manager'), serviceCidr }),
      kubeScheduler(of, at(owner, 'kube-scheduler')),
      ...[...pools.keys()].map((site, index) => {
        const api = overLink(of, join(of.folder, `kwok-${site}`), linkPort(linkId.nodes(site, owner.name)))
        const spec = kwok(of, {
          ports: at(owner, `kwok-${site}`),
          site,
          stages: kwokStages.map((stage) => join(kwokFiles, stage)),
          ownStages,
          podCidr: `10.${200 + (index % 50)}.${Math.floor(index / 50)}.0/24`,
          kubeconfig: kubeconfigPath(api.of),
        })
        return { ...spec, files: [...spec.files, api.file], needs: [...spec.needs, configured] }
      }),
      ...(flux
        ? [
            sourceController(of, {
              ports: at(owner, 'source-controller'),
              needs: [stepOf.fluxKinds(owner), configured],
            }),
            kustomizeController(of, { ports: at(owner, 'kustomize-controller'), needs: [stepOf.fluxKinds(owner)] }),
            helmController(of, { ports: at(owner, 'helm-controller'), needs: [stepOf.fluxKinds(owner)] }),
          ]
        : []),
    ]
  }

  const ofNames = (): readonly EngineSpec[] => {
    if (!layout.powerDns) return []
    const addresses = addressesOf(doorKeys(layout.plan, layout))
    return [
      powerDns(layout, {
        ...{ ports: at(layout.owner, 'powerdns'), folder },
        address: (app, site) => addresses.get(publicKey(app, site)),
        doorsPort: at<'doors'>(layout.owner, 'outside').doors,
      }),
    ]
  }

  return [
    outside({
      ...{ owner: layout.owner, ports: at(layout.owner, 'outside'), folder },
      ...{ program: outsideProgram, version: outsideVersion },
    }),
    ...ofNames(),
    ...layout.federations.flatMap(ofFederation),
    ...layout.clusters.flatMap(ofCluster),
  ]
}

/** A control plane as who is in `folder` reaches it: over a link. */
function overLink(
  of: ControlPlane,
  folder: string,
  port: number,
): { readonly of: ControlPlane; readonly file: EngineFile } {
  const there = { ...of, folder }
  return { of: there, file: { path: kubeconfigPath(there), mode: 0o600, text: kubeconfigFor(of, port) } }
}
