// The load balancer controller: what its chart is told, and how old it is.

import semver from 'semver'
import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import { at, textAt } from '../manifest.ts'
import { subjects } from '../subjects.ts'
import { and } from '../words.ts'

const isController = (object: unknown) =>
  textAt(object, 'spec', 'chart', 'spec', 'chart') === 'aws-load-balancer-controller'

const controllerValues: Rule = {
  code: 'LB005',
  severity: 'warning',
  title: 'The load balancer controller is told its cluster, Region and VPC',
  why: 'The chart needs clusterName; Region and VPC are asked of the instance otherwise, which fails at the edge and behind a hop limit of one.',
  sources: [source.LBC, source.seedLocalZone, source.seedRecovery],
  seeds: [27, 112],
  example: {
    wrong: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: aws-load-balancer-controller, namespace: kube-system }
      spec:
        interval: 10m0s
        chart: { spec: { chart: aws-load-balancer-controller, version: 3.5.0, sourceRef: { kind: HelmRepository, name: eks } } }
        values: { serviceAccount: { name: aws-load-balancer-controller } }
    `,
    right: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: aws-load-balancer-controller, namespace: kube-system }
      spec:
        interval: 10m0s
        chart: { spec: { chart: aws-load-balancer-controller, version: 3.5.0, sourceRef: { kind: HelmRepository, name: eks } } }
        values:
          clusterName: eks-cluster
          region: us-west-2
          vpcId: vpc-0a1b2c3d4e5f60718
          serviceAccount: { create: false, name: aws-load-balancer-controller }
    `,
  },
  check: (fleet) =>
    subjects(fleet).manifests.flatMap(({ manifest }): Hit[] => {
      if (manifest.kind !== 'HelmRelease' || !isController(manifest.object)) return []
      const missing = ['clusterName', 'region', 'vpcId'].filter(
        (key) => at(manifest.object, 'spec', 'values', key) === undefined,
      )
      return missing.length === 0
        ? []
        : [{ origin: manifest.origin, field: 'spec/values', found: `lack ${and(missing)}`, fix: `add ${and(missing)}` }]
    }),
}

const current = '3.5.0'

const controllerVersion: Rule = {
  code: 'LB006',
  severity: 'warning',
  title: 'The chart of the load balancer controller is of the current major version',
  why: 'Older charts hold controllers that know neither newer Kubernetes versions nor their fixes.',
  sources: [source.LBC, source.seedLocalZone, source.seedRecovery],
  seeds: [24, 101],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", loadBalancerController: { version: 1.5.4 } } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35", loadBalancerController: { version: 3.5.0 } } }]
    `,
  },
  check: (fleet) => {
    const old = (version: string | undefined): version is string =>
      version !== undefined && (semver.coerce(version)?.major ?? 3) < 3
    const fix = `use chart ${current}`
    return [
      ...fleet.clusters.flatMap((cluster): Hit[] => {
        const version = (cluster.eks ?? cluster.eksOutpost)?.loadBalancerController?.version
        return old(version)
          ? [
              {
                origin: cluster.origin,
                field: `${cluster.kind}/loadBalancerController/version`,
                found: `is ${version}`,
                fix,
              },
            ]
          : []
      }),
      ...subjects(fleet).manifests.flatMap(({ manifest }): Hit[] => {
        const version = textAt(manifest.object, 'spec', 'chart', 'spec', 'version')
        return manifest.kind === 'HelmRelease' && isController(manifest.object) && old(version)
          ? [{ origin: manifest.origin, field: 'spec/chart/spec/version', found: `is ${version}`, fix }]
          : []
      }),
    ]
  },
}

export const controllerRules: readonly Rule[] = [controllerValues, controllerVersion]
