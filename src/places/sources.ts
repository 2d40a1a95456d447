// Where facts come from: pages by their address, editions and source trees by their title. A fact names one of these, so that a
// reader can go and look, and so that a page that moves is mended in one place.

const docs = 'https://docs.aws.amazon.com'
const eks = `${docs}/eks/latest/userguide`
const route53 = `${docs}/Route53/latest/DeveloperGuide`
const controller = 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest'

export const source = {
  // editions and source trees
  UG26: 'Amazon EKS user guide, edition of 2026',
  EKSCTL: 'eksctl, source of August 2026',
  BC: 'botocore 1.44.5, service model of EKS',
  LBC: 'aws-load-balancer-controller, source of August 2026 (chart 3.5.0)',
  FLUX: 'Flux 2.7 and 2.8: fluxcd/flux2 issue 5711, fluxcd/helm-controller pull request 1396',
  LZUG: `${docs}/local-zones/latest/ug/how-local-zones-work.html`,
  WLG: `${docs}/wavelength/latest/developerguide/wavelength-quotas.html`,
  EKSA: 'https://anywhere.eks.amazonaws.com/docs/',
  EKSAS: 'eks-anywhere, source of July 2026 (v0.26.1)',
  KMD: 'Karmada, source of v1.18.2',
  seedLocalZone: 'the AWS walk-through of one EKS cluster over a Region and a Local Zone',
  seedPortfolio: 'the AWS talk on the EKS portfolio, from Region to EKS Anywhere',
  seedFederation: 'the AWS guidance on a federation of EKS clusters with Karmada',
  seedRecovery: 'the AWS walk-through of recovery from an Outpost to a Local Zone with Flux and Route 53',
  seedWavelength: 'the AWS walk-through of EKS on Wavelength Zones',
  derived: 'follows from the other facts',

  // Amazon EKS
  eksLocalZones: `${eks}/local-zones.html`,
  eksOutposts: `${eks}/eks-outposts.html`,
  eksOutpostsLocal: `${eks}/eks-outposts-local-cluster-overview.html`,
  eksOutpostsDisconnects: `${eks}/eks-outposts-network-disconnects.html`,
  eksOutpostsCapacity: `${eks}/eks-outposts-capacity-considerations.html`,
  eksOutpostsNodes: `${eks}/eks-outposts-self-managed-nodes.html`,
  eksNetwork: `${eks}/network-reqs.html`,
  eksEndpoint: `${eks}/cluster-endpoint.html`,
  eksPrivate: `${eks}/private-clusters.html`,
  eksVersions: `${eks}/kubernetes-versions.html`,
  eksAccessEntries: `${eks}/access-entries.html`,
  eksIrsa: `${eks}/enable-iam-roles-for-service-accounts.html`,
  eksIpv6: `${eks}/cni-ipv6.html`,
  eksCoreDns: `${eks}/managing-coredns.html`,
  eksPodIdentity: `${eks}/pod-identities.html`,
  eksAmi: `${eks}/retrieve-ami-id.html`,
  eksSecurityGroups: `${eks}/sec-group-reqs.html`,
  eksHybrid: `${eks}/hybrid-nodes-overview.html`,
  eksHybridLoadBalancing: `${eks}/hybrid-nodes-load-balancing.html`,
  eksHybridWebhooks: `${eks}/hybrid-nodes-webhooks.html`,
  eksHybridDisconnects: `${docs}/eks/latest/best-practices/hybrid-nodes-network-disconnections.html`,
  eksaPackages: 'https://anywhere.eks.amazonaws.com/docs/packages/',
  eksaVersions: 'eks-anywhere, docs/data/version_support.yml (v0.26, July 2026)',
  eksaCluster: 'eks-anywhere, source of July 2026 (v0.26.1): pkg/api/v1alpha1/cluster.go',

  // networks, load balancers, DNS
  ebsVolumeTypes: `${docs}/ebs/latest/userguide/ebs-volume-types.html`,
  elbSubnets: `${docs}/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer`,
  lbcIngress: `${controller}/guide/ingress/annotations/`,
  natGateway: `${docs}/vpc/latest/userguide/vpc-nat-gateway.html`,
  routeTables: `${docs}/vpc/latest/userguide/VPC_Route_Tables.html`,
  vpcCidrs: `${docs}/vpc/latest/userguide/vpc-cidr-blocks.html`,
  vpcEndpoints: `${docs}/vpc/latest/privatelink/create-interface-endpoint.html`,
  internetGateway: `${docs}/vpc/latest/userguide/VPC_Internet_Gateway.html`,
  carrierGateway: `${docs}/vpc/latest/userguide/Carrier_Gateway.html`,
  regionsAndZones: `${docs}/AWSEC2/latest/UserGuide/using-regions-availability-zones.html`,
  localZonesList: `${docs}/local-zones/latest/ug/available-local-zones.html`,
  localZonesGettingStarted: `${docs}/local-zones/latest/ug/getting-started.html`,
  localZoneFeatures: 'https://aws.amazon.com/about-aws/global-infrastructure/localzones/features/',
  outpostsLocalGateway: `${docs}/outposts/latest/userguide/outposts-local-gateways.html`,
  outpostsLink: `${docs}/outposts/latest/userguide/region-connectivity.html`,
  route53Failover: `${route53}/dns-failover.html`,
  route53HealthChecks: `${route53}/health-checks-creating-values.html`,
  route53EndpointHealth: `${route53}/dns-failover-determining-health-of-endpoints.html`,

  // Kubernetes
  wellKnownLabels: 'https://kubernetes.io/docs/reference/labels-annotations-taints/',
  versionSkew: 'https://kubernetes.io/releases/version-skew-policy/',
  nodeEviction: 'https://kubernetes.io/docs/concepts/architecture/nodes/',
  images: 'https://kubernetes.io/docs/concepts/containers/images/',
} as const
