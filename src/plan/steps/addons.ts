// What is installed on a cluster before any app: the identity that pods get credentials by, the load balancer controller, the curated
// packages of EKS Anywhere. Under GitOps the controller is delivered by Flux, as a HelmRelease of its own Kustomization.

import type { Cluster } from '../../model/fleet.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import type { Controller, Ground } from '../ground.ts'
import { controllerName, dnsLabel, readyId } from '../ground.ts'
import { administrator } from './on-premises.ts'

export const eksCharts = { name: 'eks', url: 'https://aws.github.io/eks-charts' } as const

/** The interval that the founding facts (103, 117) give to releases and chart repositories, and the limit of one try. */
export const chartSeconds = 600

export const oidcAddon = 'oidc-provider'

export function identitySteps(ground: Ground): readonly Draft[] {
  return ground.fleet.clusters.flatMap((cluster) => {
    if (cluster.kind === 'existing' || !ground.oidc(cluster)) return []
    return {
      id: idOf.addon(cluster.name, oidcAddon),
      kind: 'addon',
      title: `Let IAM trust the service accounts of ${cluster.name}, by an OIDC provider`,
      subject: { cluster: cluster.name, addon: oidcAddon },
      needs: [idOf.cluster(cluster.name)],
      intent: intentOf({ cluster: cluster.name, audience: 'sts.amazonaws.com', account: cluster.account }),
      inverse: { kind: 'addon.remove', title: `Delete the OIDC provider of ${cluster.name} from IAM` },
      existing: false,
      origin: cluster.origin,
    } satisfies Draft
  })
}

export function addonSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.clusters.flatMap((cluster) => {
    const controller = ground.controller(cluster)
    return [
      ...dnsSteps(ground, cluster),
      ...(controller === undefined ? [] : controllerSteps(ground, cluster, controller)),
      ...packageSteps(ground, cluster),
    ]
  })
}

const dnsAddon = 'coredns-placement'

/**
 * Zones that reach only their Region and never each other can all ask a name server that stands in the Region, and none that stands in
 * another zone. So cluster DNS is kept there, twice, apart: a single one would take every zone's names along.
 */
function dnsSteps(ground: Ground, cluster: Cluster): readonly Draft[] {
  const holders = ground.dnsHolders(cluster)
  if (holders.length === 0) return []
  const nodes = holders.reduce((sum, pool) => sum + pool.replicas, 0)
  const id = idOf.addon(cluster.name, dnsAddon)
  const subject = { cluster: cluster.name, addon: dnsAddon }
  const place: Draft = {
    id,
    kind: 'addon',
    title: `Keep cluster DNS of ${cluster.name} on nodes of the Region${nodes > 1 ? ', two replicas on two nodes' : ''}`,
    subject,
    needs: [idOf.cluster(cluster.name), ...holders.map(readyId)],
    intent: intentOf({
      cluster: cluster.name,
      namespace: 'kube-system',
      deployment: 'coredns',
      by: cluster.eks?.addons.includes('coredns') === true ? 'the configuration of the EKS add-on' : 'a patch',
      replicas: 2,
      nodeSelector: dnsLabel,
      podAntiAffinity: { topologyKey: 'kubernetes.io/hostname', required: nodes > 1 },
    }),
    inverse: { kind: 'addon.remove', title: `Let cluster DNS of ${cluster.name} run on any of its nodes again` },
    existing: false,
    origin: cluster.origin,
  }
  const look: Draft = {
    id: idOf.verify('cluster-dns', cluster.name),
    kind: 'verify',
    title: `Pods in every zone of ${cluster.name} resolve names, answered from the Region`,
    subject,
    needs: [id, ...ground.ready(cluster)],
    intent: intentOf({
      of: id,
      claim: 'names are resolved',
      from: ground.find.sitesOf(cluster.name).map((it) => it.name),
    }),
    inverse: nothing,
    existing: false,
    origin: cluster.origin,
  }
  return [place, look]
}

function controllerSteps(ground: Ground, cluster: Cluster, controller: Controller): readonly Draft[] {
  const id = idOf.addon(cluster.name, controllerName)
  const flux = ground.byFlux(cluster)
  const network = ground.find.network(cluster.network)
  const subject = { cluster: cluster.name, addon: controllerName }
  const install: Draft = {
    id,
    kind: 'addon',
    title: `Install ${controllerName} ${controller.version} on ${cluster.name}${flux ? ', by Flux' : ''}`,
    subject,
    needs: [
      ...ground.ready(cluster),
      ...(ground.oidc(cluster) ? [idOf.addon(cluster.name, oidcAddon)] : []),
      ...(flux ? [idOf.gitops(cluster.name)] : []),
    ],
    intent: intentOf({
      cluster: cluster.name,
      namespace: 'kube-system',
      by: flux ? 'flux' : 'helm',
      chart: { repository: eksCharts, name: controllerName, version: controller.version },
      releaseName: controller.releaseName,
      release: flux
        ? {
            intervalSeconds: chartSeconds,
            timeoutSeconds: chartSeconds,
            reconcileStrategy: 'ChartVersion',
            sourceRef: { kind: 'HelmRepository', name: eksCharts.name, namespace: 'flux-system' },
          }
        : undefined,
      values: {
        clusterName: cluster.name,
        region: cluster.region,
        vpcId: network?.existing?.vpcId ?? { ofNetwork: cluster.network ?? null },
        serviceAccount: { create: false, name: controller.serviceAccount },
        // without a way out these APIs cannot be asked: https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
        ...(network?.egress === 'none' && { enableShield: false, enableWaf: false, enableWafv2: false }),
      },
      serviceAccount: {
        namespace: 'kube-system',
        name: controller.serviceAccount,
        role: controller.role,
        identity: controller.identity,
      },
      policy: { name: 'AWSLoadBalancerControllerIAMPolicy', inRole: controller.role },
    }),
    inverse: {
      kind: 'addon.remove',
      title: `Uninstall ${controllerName} from ${cluster.name}, delete its role ${controller.role}`,
    },
    existing: false,
    origin: cluster.origin,
  }
  const look: Draft = {
    id: idOf.verify('controller', cluster.name),
    kind: 'verify',
    title: `The Deployment kube-system/${controller.deployment} of ${cluster.name} is available`,
    subject,
    needs: [id],
    // the release name decides the name of the Deployment: waiting for a fixed one would wait for ever
    intent: intentOf({ of: id, claim: 'available', deployment: controller.deployment, namespace: 'kube-system' }),
    inverse: nothing,
    existing: false,
    origin: cluster.origin,
  }
  return [install, look]
}

function packageSteps(ground: Ground, cluster: Cluster): readonly Draft[] {
  const packages = [...new Set(cluster.eksAnywhere?.packages ?? [])]
  return packages.map((name) => ({
    id: idOf.addon(cluster.name, name),
    kind: 'addon',
    title: `Install the curated package ${name} on ${cluster.name}`,
    subject: { cluster: cluster.name, addon: name },
    needs: ground.ready(cluster),
    intent: intentOf({
      cluster: cluster.name,
      package: name,
      // the controller runs on the cluster that manages it, and tells its clusters apart by this namespace
      controller: administrator(cluster),
      namespace: `eksa-packages-${cluster.name}`,
      addresses: name === 'metallb' ? cluster.eksAnywhere?.metallbPool : undefined,
      config: cluster.eksAnywhere?.packageConfig?.[name] as Parameters<typeof intentOf>[0] | undefined,
    }),
    inverse: { kind: 'addon.remove', title: `Remove the package ${name} from ${cluster.name}` },
    existing: false,
    origin: cluster.origin,
  }))
}

/** What apps on the cluster wait for: the controller's webhook must answer before an Ingress is accepted (LB008), packages likewise. */
export function addonsReady(ground: Ground, cluster: Cluster): readonly string[] {
  const controller =
    ground.controller(cluster) === undefined
      ? []
      : [idOf.addon(cluster.name, controllerName), idOf.verify('controller', cluster.name)]
  return [
    ...(ground.dnsHolders(cluster).length === 0 ? [] : [idOf.addon(cluster.name, dnsAddon)]),
    ...controller,
    ...[...new Set(cluster.eksAnywhere?.packages ?? [])].map((name) => idOf.addon(cluster.name, name)),
  ]
}
