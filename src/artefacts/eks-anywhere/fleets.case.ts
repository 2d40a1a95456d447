// Fleets of each provider, as small as a real one can be and with all that its kinds can say.

import { fleetFrom } from '../../fleet/from.ts'
import type { Plan } from '../../model/plan.ts'
import { plan } from '../../plan/index.ts'

const head = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: floors }\n'

export const planOf = (text: string, attached: Readonly<Record<string, string>> = {}): Plan =>
  plan(fleetFrom(`${head}${text}`, attached))

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJo4TbPyM0AoMkDRVDo9Vs2vyGnTVZPqlFZkvhYBO9Vg operators'

const gitops = 'gitops: { url: "ssh://git@git.example.com/fleet", path: fleets/all }\n'

/** A management cluster and a workload cluster, with workers of two kinds. */
const pair = (provider: string, common: string, workload = '') => `${gitops}clusters:
  - name: hq
    eksAnywhere: { provider: ${provider}, role: management, version: "1.35", release: 0.26.1, endpoint: 10.1.0.10, sshKey: ${key}, licenseToken: vault/hq, ${common} }
  - name: plant
    labels: { tier: plant }
    eksAnywhere: { provider: ${provider}, managementCluster: hq, version: "1.35", release: v0.26.1, endpoint: 10.1.0.11, sshKey: ${key}, licenseToken: vault/plant, ${common}${workload} }
sites:
  - name: hq
    place: { onPremises: ${provider} }
    cluster: hq
    nodePools: [{ name: control-plane, replicas: 3 }, { name: system, replicas: 2 }]
  - name: plant
    place: { onPremises: ${provider} }
    cluster: plant
    nodePools:
      - { name: control-plane, replicas: 3, labels: { hall: one }, taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }
      - { name: line, replicas: 3, autoscaling: { min: 2, max: 5 }, labels: { hall: two }, taints: [{ key: line, value: "yes", effect: NoExecute }] }
      - { name: office, replicas: 2, version: "1.34", hardware: { cpu: 4, memoryGiB: 16 } }
`

const machines = (cluster: string, groups: readonly string[]) =>
  `hostname,mac,ip_address,netmask,gateway,nameservers,disk,labels,bmc_ip,bmc_username,bmc_password\n${groups
    .map(
      (group, at) =>
        `${cluster}-${at},0c:c4:7a:00:${cluster.length}0:0${at},10.1.${cluster.length}.${at + 20},255.255.255.0,10.1.0.1,10.1.0.1,/dev/sda,type=${cluster}-${group},10.1.${cluster.length}.${at + 120},\${BMC_USERNAME},\${BMC_PASSWORD}\n`,
    )
    .join('')}`

export const fleets = {
  vsphere: {
    text: pair(
      'vsphere',
      'os: ubuntu, etcd: { replicas: 3 }, datacenter: { datacenter: plant, network: /plant/network/k8s, server: vcenter.example.com, thumbprint: "AA:BB" }, machine: { datastore: /plant/datastore/one, resourcePool: /plant/host/one/Resources, template: /plant/vm/ubuntu-1-35, diskGiB: 40 }',
      ', upgrade: { strategy: rollingUpdate, maxSurge: 1, maxUnavailable: 0 }, packages: [cluster-autoscaler, metallb], metallbPool: 10.1.0.100-10.1.0.120, identity: iam, iam: { region: us-west-2, roles: [{ arn: "arn:aws:iam::111122223333:role/operators", username: operator, groups: [system:masters] }], users: [{ arn: "arn:aws:iam::111122223333:user/anna", username: anna }] }',
    ),
  },
  bareMetal: {
    text: pair(
      'bareMetal',
      'os: ubuntu, boot: pxe, osImageURL: http://10.1.0.2/ubuntu-1-35.gz, hookImagesURL: http://10.1.0.2/hook, datacenter: { tinkerbellIP: 10.1.0.3 }, hardware: { csv: hw/all.csv, bmcSecretRef: vault/bmc }, airGapped: true, registryMirror: { endpoint: 10.1.0.5, namespaces: { public.ecr.aws: eks-anywhere } }',
      ', upgrade: { strategy: inPlace }, identity: oidc, oidc: { clientId: skerry, issuerUrl: "https://login.example.com", groupsClaim: groups, requiredClaim: { claim: tenant, value: plant } }',
    ),
    attached: {
      'hw/all.csv': machines('plant', ['cp', 'cp', 'cp', 'line', 'line', 'line', 'office', 'office']),
    },
  },
  nutanix: {
    text: pair(
      'nutanix',
      'os: ubuntu, datacenter: { endpoint: prism.example.com }, machine: { image: { type: name, name: ubuntu-1-35 }, cluster: { type: name, name: plant }, subnet: { type: uuid, uuid: 3c9f1b32-0000-4000-8000-000000000000 }, gpus: [{ type: name, name: Ampere 40 }] }',
    ),
  },
  cloudStack: {
    text: pair(
      'cloudStack',
      'datacenter: { availabilityZones: [{ name: az-1, credentialsRef: global, domain: root, managementApiEndpoint: "https://cloud.example.com/client/api", zone: { name: zone1, network: { name: shared } } }] }, machine: { computeOffering: { name: large }, template: { name: ubuntu-1-35 } }',
    )
      .replaceAll('release: 0.26.1', 'release: 0.25.4')
      .replaceAll('release: v0.26.1', 'release: 0.25.4'),
  },
  snow: {
    text: pair(
      'snow',
      'datacenter: { identityRef: { kind: Secret, name: snow-credentials } }, machine: { devices: [10.1.0.50], sshKeyName: operators, containersVolume: { size: 25 } }',
    ),
  },
  docker: {
    text: `clusters: [{ name: desk, eksAnywhere: { provider: docker, version: "1.35", cni: kindnetd, controlPlane: { replicas: 1 } } }]
sites: [{ name: desk, place: { onPremises: docker }, cluster: desk, nodePools: [{ name: one, replicas: 1 }] }]
`,
  },
} as const satisfies Record<string, { readonly text: string; readonly attached?: Readonly<Record<string, string>> }>
