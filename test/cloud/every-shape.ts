// A fleet of the shapes of AWS that the examples have not, for those who judge templates.

import { fleetFrom } from '../../src/fleet/from.ts'
import type { Fleet } from '../../src/model/fleet.ts'

export const everyShape = (): Fleet =>
  fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shapes }
dns: { zones: [{ name: example.com }] }
networks:
  - name: main
    region: us-west-2
    cidr: 10.10.0.0/16
    additionalCidrs: [10.11.0.0/16]
    egress: natGatewayPerZone
    managementHost: {}
    endpoints: [ecr.api, ecr.dkr, s3, sts]
    subnets:
      - { name: floor, zone: us-west-2a, cidr: 10.10.100.0/24, outpost: rack }
  - { name: theirs, region: us-west-2, cidr: 10.30.0.0/16, existing: { vpcId: vpc-0a1b2c3d } }
clusters:
  - name: oregon
    network: main
    eks:
      version: "1.35"
      authentication: apiAndConfigMap
      secretsKey: own
      accessEntries:
        - { principal: Operators, policies: [AmazonEKSClusterAdminPolicy] }
        - { principal: "arn:aws:iam::111122223333:role/Viewers", groups: [viewers] }
      remoteNodeNetworks: [10.80.0.0/16]
      remotePodNetworks: [10.81.0.0/16]
  - name: rack
    at: rack
    network: main
    eksOutpost:
      version: "1.31"
      storage: instanceStore
      controlPlaneInstanceType: m5d.large
      etcdInstanceType: c5d.large
      spreadLevel: host
      subnets: [floor]
sites:
  - name: oregon
    place: { region: us-west-2 }
    cluster: oregon
    nodePools:
      - { name: workers, kind: managed, instanceTypes: [m5.large, m5a.large], replicas: 2, spot: true, keyPair: ops, autoscaling: { min: 1, max: 5 } }
      - { name: pods, kind: fargate, namespaces: [batch] }
      - { name: tainted, kind: managed, instanceTypes: [m5.large], taints: [{ key: edge, value: "yes", effect: NoSchedule }] }
  - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, nodePools: [{ name: edge, instanceTypes: [t3.medium], autoscaling: { min: 1, max: 4 } }] }
  - name: rack
    cluster: rack
    place:
      outpost:
        arn: "arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0"
        region: us-west-2
        anchorZone: us-west-2a
        formFactor: rack
        capacity: { m5d.large: 8, c5d.large: 4 }
    nodePools: [{ name: workers, kind: selfManaged, instanceTypes: [m5d.large], subnets: [floor], replicas: 2 }]
  - { name: floor, place: { hybrid: us-west-2 }, cluster: oregon, nodePools: [{ name: hosts, replicas: 2 }] }
---
kind: App
metadata: { name: shop }
source: { image: registry.example.com/shop:1.0.0 }
placement: [{ site: oregon, replicas: 2 }, { site: los-angeles, replicas: 2 }]
expose:
  host: shop.example.com
  routing: { weighted: { los-angeles: 90, oregon: 10 } }
  balancerBy: stack
  healthCheck: { interval: 30s }
---
kind: App
metadata: { name: stream }
source: { image: registry.example.com/stream:1.0.0 }
placement: [{ site: oregon, replicas: 2 }]
expose:
  host: stream.example.com
  port: 443
  routing: { simple: oregon }
  loadBalancer: nlb
  balancerBy: stack
  certificate: arn:aws:acm:us-west-2:111122223333:certificate/0a1b2c3d-0000-4000-8000-0123456789ab
  accessLogs: shapes-access-logs
  targetHealthCheck: { interval: 15s, timeout: 5s, healthyThreshold: 2, unhealthyThreshold: 2 }
`)
