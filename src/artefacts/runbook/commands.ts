// The commands that carry out or look at one step, as a person types them: stacks by their templates in `aws/`, all else by the tools of
// its engine. Where no command does it, the values to take over are given instead, never a command that does half of it.

import type { Fleet } from '../../model/fleet.ts'
import type { IntentValue, Plan, PlannedStep } from '../../model/plan.ts'
import { waitsForNodes } from '../cloudformation/cluster.ts'
import { logical, outputs, stackNames } from '../cloudformation/names.ts'
import { asTexts } from '../cloudformation/values.ts'
import { dnsRecords } from '../dns/index.ts'
import type { Variable } from '../eks-anywhere/filled.ts'
import { filledIn } from '../eks-anywhere/index.ts'
import { fleetValue, fleetValues } from '../fleet-values.ts'
import type { ChartInstall } from '../without-flux.ts'

export interface Instructions {
  /** Typed as they stand, one to a line. */
  readonly commands: readonly string[]
  /** Those that only look, for what exists already; left out, all of them. */
  readonly look?: readonly string[]
  /** Where no command of its own does it. */
  readonly note?: string
  /** Values for stacks or machines of the reader's own; undefined where the commands do it all. */
  readonly takeOver?: Readonly<Record<string, IntentValue>>
}

/** What the files beside the runbook hold. */
export interface Written {
  /** Charts that are installed by hand, where no Flux does it. */
  readonly installs: readonly ChartInstall[]
  readonly folderOf: (app: string, siteOrFederation: string) => string | undefined
  /** The folder of a bundle on a cluster, or for a federation. */
  readonly folderOfBundle: (bundle: string, clusterOrFederation: string) => string | undefined
  /** Names of the values of `fleet-values` that the files for a cluster ask for. */
  readonly valuesOf: (cluster: string) => readonly string[]
  /** What stands for `${name}` in a folder, as its only target says; Flux would fill it in. */
  readonly filledIn: (folder: string) => Readonly<Record<string, string>>
}

type Commands = (step: PlannedStep, plan: Plan, written: Written) => Instructions

export const instructionsFor = (step: PlannedStep, plan: Plan, written: Written): Instructions =>
  byKind[step.kind](step, plan, written)

const byKind: Readonly<Record<PlannedStep['kind'], Commands>> = {
  'zone.optIn': ({ intent }) => {
    const group = `--region ${text(intent.region)} --group-name ${text(intent.zoneGroup)}`
    const look = `aws ec2 describe-availability-zones --region ${text(intent.region)} --all-availability-zones --filters Name=group-name,Values=${text(intent.zoneGroup)} --query 'AvailabilityZones[].[ZoneName,OptInStatus]' --output text`
    return {
      commands: [`aws ec2 modify-availability-zone-group ${group} --opt-in-status opted-in`, look],
      look: [look],
    }
  },
  network: ({ intent, subject, existing }, { fleet }) => {
    const region = regionOf(fleet, subject.network)
    if (existing || region === undefined) return { commands: [], takeOver: intent }
    const named = stackNames(fleet.name)
    if (intent.part === undefined) return networkCommands(intent, named.network(subject.network ?? ''), region)
    if (intent.part === 'endpoints') return { commands: [deploy(named.endpoints(subject.network ?? ''), region)] }
    return {
      commands: [
        `for address in $(seq ${text(intent.addresses)}); do aws ec2 allocate-address --region ${region} --domain vpc --network-border-group ${text(intent.networkBorderGroup)}; done`,
      ],
    }
  },
  'cluster.create': (step, plan) => clusterCommands(step, plan),
  'pool.join': (step, { fleet, steps }) => {
    const { intent, subject } = step
    const region = fleet.clusters.find((it) => it.name === subject.cluster)?.region
    if (intent.kind === 'machines') return { commands: [`kubectl --context ${subject.cluster} get nodes`] }
    if (region === undefined || (intent.kind !== 'managed' && intent.kind !== 'selfManaged'))
      return { commands: [], takeOver: intent }
    const named = stackNames(fleet.name)
    const isLast =
      steps.findLast(
        (it) =>
          it.kind === 'pool.join' &&
          it.subject.cluster === subject.cluster &&
          (it.intent.kind === 'managed' || it.intent.kind === 'selfManaged'),
      ) === step
    return {
      commands: [
        deploy(named.nodes(subject.site ?? '', subject.pool ?? ''), region),
        // add-ons that need somewhere to run
        ...(isLast && hasLateAddons(subject.cluster ?? '', steps)
          ? [deploy(named.addons(subject.cluster ?? ''), region)]
          : []),
      ],
    }
  },
  addon: (step, { fleet }) => addonCommands(step, fleet),
  'federation.start': ({ intent, subject }, { fleet }, written) => {
    const { installs, folderOfBundle } = written
    const host = fleet.clusters.find(({ name }) => name === subject.cluster)
    const name = text(intent.name)
    const byHand = installs.filter(({ cluster, bundle }) => cluster === subject.cluster && bundle.startsWith('karmada'))
    const front = isRecord(intent.endpoint) && intent.endpoint.kind === 'networkLoadBalancer'
    const stack = stackNames(fleet.name).karmada(name)
    const beside = folderOfBundle('karmada', subject.cluster ?? '')
    const members = folderOfBundle('karmada-members', name)
    return {
      commands: [
        ...(front && host?.region !== undefined
          ? [
              deploy(stack, host.region),
              ...fleet.pools
                .filter((pool) => pool.cluster === host.name && pool.kind === 'managed')
                .map(
                  (pool) =>
                    `aws autoscaling attach-traffic-sources --region ${host.region} --auto-scaling-group-name $(aws eks describe-nodegroup --region ${host.region} --cluster-name ${host.name} --nodegroup-name ${pool.name} --query 'nodegroup.resources.autoScalingGroups[0].name' --output text) --traffic-sources Identifier=${outputOf(stack, host.region ?? '', 'KarmadaTargetGroupArn')},Type=elbv2`,
                ),
              `export ${plainName(fleetValue.federationHost(name))}=${outputOf(stack, host.region, 'KarmadaHost')}`,
            ]
          : []),
        ...(byHand.length === 0
          ? [`flux --context ${subject.cluster} get helmreleases --all-namespaces`]
          : [
              ...(beside === undefined ? [] : [applied(`--context ${subject.cluster}`, beside, written)]),
              ...byHand.flatMap(chartCommands),
            ]),
        `kubectl --context ${subject.cluster} --namespace karmada-system get pods`,
        `(umask 077; kubectl --context ${subject.cluster} --namespace karmada-system get secret karmada-kubeconfig --output jsonpath='{.data.kubeconfig}' | base64 --decode > karmada.kubeconfig)`,
        ...(byHand.length === 0 || members === undefined
          ? []
          : [
              `kubectl --kubeconfig karmada.kubeconfig apply --server-side --filename ${baseOf(members)}/cluster-taint-policy.yaml`,
            ]),
      ],
    }
  },
  'member.join': ({ intent, subject }, { fleet }, written) => {
    const { folderOfBundle } = written
    const member = subject.cluster ?? ''
    const federation = subject.federation ?? ''
    const pull = intent.sync === 'pull'
    const own = folderOfBundle(pull ? 'karmada-agent' : 'karmada-member', member)
    const members = folderOfBundle('karmada-members', federation)
    const byHand = fleet.gitops === undefined
    const endpoint = plainName(fleetValue.clusterEndpoint(member))
    const region = fleet.clusters.find(({ name }) => name === member)?.region
    return {
      commands: [
        ...(byHand && own !== undefined ? [applied(`--context ${member}`, own, written)] : []),
        ...(pull
          ? [
              `kubectl --context ${member} --namespace karmada-system create secret generic karmada-agent-config --from-file=karmada.config=karmada.kubeconfig`,
              `kubectl --context ${member} --namespace karmada-system rollout status deployment/karmada-agent`,
            ]
          : [
              // the authority of the member, and tokens of the accounts that its files made; neither stands in a file
              `kubectl config view --raw --minify --context ${member} --output jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 --decode > ${member}-ca.pem`,
              ...['', '-impersonator'].map(
                (which) =>
                  `kubectl --kubeconfig karmada.kubeconfig --namespace karmada-cluster create secret generic ${member}${which} --from-file=caBundle=${member}-ca.pem --from-literal=token=$(kubectl --context ${member} --namespace karmada-cluster create token ${which === '' ? `karmada-${member}` : 'karmada-impersonator'} --duration 8760h)`,
              ),
            ]),
        ...(byHand && members !== undefined && !pull
          ? [
              ...(region === undefined
                ? []
                : [
                    `export ${endpoint}=${outputOf(stackNames(fleet.name).cluster(member), region, outputs.clusterEndpoint)}`,
                  ]),
              `envsubst '$${endpoint}' < ${baseOf(members)}/${member}.yaml | kubectl --kubeconfig karmada.kubeconfig apply --server-side --filename -`,
            ]
          : []),
        `kubectl --kubeconfig karmada.kubeconfig get cluster ${member}`,
      ],
    }
  },
  'gitops.start': (step, plan, written) => fluxCommands(step, plan, written),
  'app.place': (step, plan, written) => {
    const { intent, subject } = step
    const { folderOf, installs } = written
    const where = subject.federation ?? subject.site ?? ''
    const folder = folderOf(subject.app ?? '', where)
    if (intent.by === 'flux')
      return {
        commands: [
          `flux --context ${subject.cluster} reconcile source git flux-system`,
          `flux --context ${subject.cluster} get kustomizations`,
        ],
      }
    const to = intent.by === 'karmada' ? '--kubeconfig karmada.kubeconfig' : `--context ${subject.cluster}`
    const charts = installs.filter((it) => it.cluster === subject.cluster && it.bundle.startsWith(subject.app ?? ' '))
    return {
      commands: [
        ...namespacesBefore(step, plan, written).map((it) => applied(to, it, written)),
        ...(folder === undefined ? [] : [applied(to, folder, written)]),
        ...charts.flatMap(chartCommands),
      ],
    }
  },
  'route.point': (step, plan) => routeCommands(step, plan),
  verify: (step, { fleet }) => ({ commands: lookCommands(step, fleet) }),
}

/** `${fleet_vpc_main}` → `fleet_vpc_main`. */
const plainName = (variable: string): string => variable.slice('${'.length, -'}'.length)

/** The folder of what all targets of a bundle share, from that of one of them. */
const baseOf = (folder: string): string => folder.replace(/[^/]+\/([^/]+)$/, 'base/$1')

/** Gateways that are there before us, and belong to somebody else, are parameters of the network's stack. */
function networkCommands(intent: PlannedStep['intent'], stack: string, region: string): Instructions {
  const vias = new Set(
    (Array.isArray(intent.subnets) ? intent.subnets : []).flatMap((subnet) =>
      isRecord(subnet) && subnet.existing === undefined && Array.isArray(subnet.routes)
        ? subnet.routes.flatMap((route) => (isRecord(route) ? text(route.via) : []))
        : [],
    ),
  )
  const found = (name: string, what: string, query: string) =>
    [name, `$(aws ec2 describe-${what} --region ${region} --query '${query}' --output text)`] as const
  const vpc = text(intent.existing)
  const asked = [
    ...(intent.localGateway === true
      ? [
          found(
            'LocalGatewayRouteTableId',
            'local-gateway-route-tables',
            'LocalGatewayRouteTables[0].LocalGatewayRouteTableId',
          ),
          found('LocalGatewayId', 'local-gateways', 'LocalGateways[0].LocalGatewayId'),
        ]
      : []),
    ...(vias.has('internetGateway') && intent.existing !== undefined
      ? [
          found(
            'InternetGatewayId',
            `internet-gateways --filters Name=attachment.vpc-id,Values=${vpc}`,
            'InternetGateways[0].InternetGatewayId',
          ),
        ]
      : []),
    ...(vias.has('transitGateway')
      ? [found('TransitGatewayId', 'transit-gateways', 'TransitGateways[0].TransitGatewayId')]
      : []),
    ...(vias.has('virtualPrivateGateway')
      ? [found('VirtualPrivateGatewayId', 'vpn-gateways', 'VpnGateways[0].VpnGatewayId')]
      : []),
  ]
  const overrides = asked.map(([name]) => ` ${name}=$${name}`).join('')
  return {
    commands: [
      ...asked.map(([name, command]) => `${name}=${command}`),
      `${deploy(stack, region)}${overrides === '' ? '' : ` --parameter-overrides${overrides}`}`,
    ],
    ...(asked.length === 0 ? {} : { note: 'Where the account has several of these gateways, name the right one.' }),
  }
}

function applied(to: string, folder: string, written: Written): string {
  const filter = filterOf(folder, written)
  return filter === undefined
    ? `kubectl ${to} apply --server-side --kustomize ${folder}`
    : `kubectl kustomize ${folder} | ${filter} | kubectl ${to} apply --server-side --filename -`
}

/** The same objects taken away again, and nothing else of their namespace. */
export function withdrawn(to: string, folder: string, written: Written): string {
  const filter = filterOf(folder, written)
  return filter === undefined
    ? `kubectl ${to} delete --ignore-not-found --kustomize ${folder}`
    : `kubectl kustomize ${folder} | ${filter} | kubectl ${to} delete --ignore-not-found --filename -`
}

/** What a controller of Flux would substitute, its command does, escaped dollars of other people included. */
function filterOf(folder: string, { filledIn: valuesIn }: Written): string | undefined {
  const values = Object.entries(valuesIn(folder))
  if (values.length === 0) return undefined
  const set = values.map(([name, value]) => `${name}=${/^[\w./:-]*$/.test(value) ? value : `"${value}"`}`).join(' ')
  return `${set} flux envsubst --strict`
}

/** Namespaces that several apps share are a bundle of their own: applied before the first of them. */
function namespacesBefore(step: PlannedStep, { steps }: Plan, { folderOfBundle }: Written): readonly string[] {
  const where = step.subject.federation ?? step.subject.cluster ?? ''
  const first = steps.find(
    (it) => it.kind === 'app.place' && (it.subject.federation ?? it.subject.cluster ?? '') === where,
  )
  const folder = folderOfBundle(step.subject.federation === undefined ? 'namespaces' : 'karmada-namespaces', where)
  return first !== step || folder === undefined ? [] : [folder]
}

/** Whether anything of a cluster waits for nodes: only then there is a stack of it. */
const hasLateAddons = (cluster: string, steps: readonly PlannedStep[]): boolean =>
  steps.some(
    ({ kind, intent, subject }) =>
      subject.cluster === cluster &&
      ((kind === 'cluster.create' &&
        asTexts(intent.addons).some((addon) => intent.kind === 'eksOutpost' || waitsForNodes(addon))) ||
        (kind === 'addon' && intent.by === 'eks')),
  )

function chartCommands(install: ChartInstall): readonly string[] {
  const { cluster, release, namespace, repository, chart, version, values, patches } = install
  return [
    // variables that start with fleet_ exist only now
    `envsubst "$(compgen -e | sed -n 's/^fleet_.*/\${&}/p')" < ${values} | helm upgrade --install ${release} ${chart} --repo ${repository} --version ${version} --kube-context ${cluster} --namespace ${namespace} --create-namespace --values -`,
    ...patches.map(
      ({ kind, name, patch }) =>
        `kubectl --context ${cluster} --namespace ${namespace} patch ${kind.toLowerCase()} ${name} --type json --patch '${patch}'`,
    ),
  ]
}

/** Zone, health checks and records are one stack: it is deployed with its last record, when the load balancers have their names. */
function routeCommands(step: PlannedStep, plan: Plan): Instructions {
  const { fleet } = plan
  const records = dnsRecords(plan)
  const all = [...records.zones, ...records.healthChecks, ...records.recordSets]
  const zoneId = all.flatMap((it) => (it.step === step.id ? ('zone' in it ? it.zone : it.id) : []))[0]
  const zone = records.zones.find(({ id }) => id === zoneId)
  if (zone === undefined)
    return { commands: [], note: 'Served by name servers of your own: the zone and its records are in `dns/`.' }
  const stack = stackNames(fleet.name).dns(zone.Properties.Name)
  const last = records.recordSets.filter((it) => it.zone === zone.id).at(-1)
  if (last === undefined ? zone.step !== step.id : last.step !== step.id)
    return { commands: [], note: `Comes with the stack ${stack}, when the last of its names is pointed.` }
  const asked = new Map<string, readonly string[]>()
  for (const { app, site } of balancersOf(plan, zone.id)) {
    const placement = fleet.apps
      .find(({ name }) => name === app)
      ?.placement.find((it) => it.site === site || it.federation !== undefined)
    const ingress = placement?.manifests.find(({ kind }) => kind === 'Ingress')?.name ?? app
    const cluster = fleet.sites.find(({ name }) => name === site)?.cluster
    const region = fleet.clusters.find(({ name }) => name === cluster)?.region
    const name = logical(app, site)
    asked.set(name, [
      `${name}DNSName=$(kubectl --context ${cluster} --namespace ${placement?.namespace ?? app} get ingress ${ingress} --output jsonpath='{.status.loadBalancer.ingress[0].hostname}')`,
      `${name}ZoneID=$(aws elbv2 describe-load-balancers --region ${region} --query "LoadBalancers[?DNSName=='$${name}DNSName'].CanonicalHostedZoneId" --output text)`,
    ])
  }
  const overrides = [...asked.keys()].map(
    (name) => `${name}DNSName=$${name}DNSName ${name}CanonicalHostedZoneID=$${name}ZoneID`,
  )
  const alarmed = [...new Set(records.alarms.filter((it) => it.zone === zone.id).map(({ region }) => region))]
  return {
    commands: [
      ...[...asked.values()].flat(),
      ...alarmed.flatMap((region) => alarmCommands(plan, region)),
      `${deploy(stack, 'us-east-1')}${overrides.length === 0 ? '' : ` --parameter-overrides ${overrides.join(' ')}`}`,
    ],
  }
}

/** Alarms are there before the health checks that follow them: by the full names of balancers and of their target groups. */
function alarmCommands(plan: Plan, region: string): readonly string[] {
  const all = balancersIn(dnsRecords(plan).alarms.filter((it) => it.region === region))
  const stack = stackNames(plan.fleet.name).alarms(region)
  const names = all.map(({ app, site }) => logical(app, site))
  return [
    ...names.flatMap((name) => [
      `${name}Balancer=$(aws elbv2 describe-load-balancers --region ${region} --query "LoadBalancers[?DNSName=='$${name}DNSName'].LoadBalancerArn" --output text)`,
      `${name}TargetGroup=$(aws elbv2 describe-target-groups --region ${region} --load-balancer-arn $${name}Balancer --query 'TargetGroups[0].TargetGroupArn' --output text)`,
    ]),
    `${deploy(stack, region)} --parameter-overrides ${names.map((name) => `${name}LoadBalancerFullName=\${${name}Balancer#*:loadbalancer/} ${name}TargetGroupFullName=\${${name}TargetGroup##*:}`).join(' ')}`,
  ]
}

/** The load balancers whose names the records of a zone hold. */
function balancersOf(plan: Plan, zone: string): readonly Balancer[] {
  const records = dnsRecords(plan)
  return balancersIn([...records.recordSets, ...records.healthChecks].filter((it) => it.zone === zone))
}

interface Balancer {
  readonly app: string
  readonly site: string
}

function balancersIn(all: readonly { readonly Properties: unknown }[]): readonly Balancer[] {
  const found = new Map<string, Balancer>()
  for (const { Properties } of all) {
    const text = JSON.stringify(Properties)
    for (const [, app = '', site = ''] of text.matchAll(/"ref":"loadBalancer","app":"([^"]*)","site":"([^"]*)"/g))
      found.set(`${app}/${site}`, { app, site })
  }
  return [...found.values()]
}

function clusterCommands({ intent, subject }: PlannedStep, plan: Plan): Instructions {
  const { fleet } = plan
  const name = subject.cluster ?? ''
  if (intent.kind === 'eks' || intent.kind === 'eksOutpost')
    return {
      commands: [
        deploy(stackNames(fleet.name).cluster(name), text(intent.region)),
        `aws eks update-kubeconfig --region ${text(intent.region)} --name ${name} --alias ${name}`,
      ],
    }
  if (intent.kind === 'existing') return { commands: [`kubectl --context ${name} version`] }
  const bare = intent.provider === 'bareMetal'
  const folder = `eks-anywhere/${name}`
  const filled = filledIn(plan).find(({ cluster }) => cluster === name)
  if (intent.by === 'flux') {
    const management = text(intent.managementCluster)
    const licence = filled?.licence
    return {
      commands: [
        ...(bare
          ? [
              ...filling(filled?.inHardware ?? [], `${folder}/hardware.csv`, `${name}-hardware.csv`),
              `eksctl anywhere generate hardware --hardware-csv ${name}-hardware.csv > ${name}-hardware.yaml`,
              `kubectl --context ${management} apply --server-side --filename ${name}-hardware.yaml && rm ${name}-hardware.csv ${name}-hardware.yaml`,
            ]
          : []),
        `flux --context ${management} reconcile kustomization flux-system --with-source`,
        // no file of Git holds it: Flux leaves a field alone that it never wrote
        ...(licence === undefined
          ? []
          : [
              secretRead(licence),
              `kubectl --context ${management} patch clusters.anywhere.eks.amazonaws.com ${name} --type merge --patch "{\\"spec\\":{\\"licenseToken\\":\\"$${licence.name}\\"}}"`,
            ]),
        `kubectl --context ${management} wait --for=condition=Ready clusters.anywhere.eks.amazonaws.com/${name} --timeout=60m`,
        `(umask 077; kubectl --context ${management} --namespace eksa-system get secret ${name}-kubeconfig --output jsonpath='{.data.value}' | base64 --decode > ${name}.kubeconfig)`,
        ...contextCommands(name, `${name}.kubeconfig`),
      ],
    }
  }
  return {
    commands: [
      ...(filled?.environment ?? []).map((variable) => `read -rs ${variable} && export ${variable}`),
      ...filling(filled?.inCluster ?? [], `${folder}/cluster.yaml`, `${name}.yaml`),
      ...(bare ? filling(filled?.inHardware ?? [], `${folder}/hardware.csv`, `${name}-hardware.csv`) : []),
      `eksctl anywhere create cluster --filename ${name}.yaml${bare ? ` --hardware-csv ${name}-hardware.csv` : ''} && rm ${name}.yaml${bare ? ` ${name}-hardware.csv` : ''}`,
      ...contextCommands(name, `${name}/${name}-eks-a-cluster.kubeconfig`),
    ],
  }
}

/** Its context is called as the cluster is, and stands beside those of the other clusters. */
const contextCommands = (name: string, file: string): readonly string[] => [
  `kubectl --kubeconfig ${file} config rename-context ${name}-admin@${name} ${name}`,
  `export KUBECONFIG=\${KUBECONFIG:-$HOME/.kube/config}:$PWD/${file}`,
]

/** Secrets are asked for when they are used, and what they were filled into is removed again. */
function filling(variables: readonly Variable[], from: string, into: string): readonly string[] {
  if (variables.length === 0) return [`cp ${from} ${into}`]
  const names = variables.map(({ name }) => `$${name}`).join(' ')
  return [...variables.map(secretRead), `(umask 077; envsubst '${names}' < ${from} > ${into})`]
}

const secretRead = ({ name, from }: Variable): string =>
  `read -rs ${name} && export ${name}${from === undefined ? '' : ` # ${from}`}`

function addonCommands({ intent, subject }: PlannedStep, fleet: Fleet): Instructions {
  const cluster = subject.cluster ?? ''
  if (Array.isArray(intent.commands))
    return { commands: intent.commands.map((command) => spelled(text(command), intent)) }
  if (intent.package !== undefined)
    return {
      commands: [
        `kubectl --context ${text(intent.controller)} --namespace ${text(intent.namespace)} get packages.packages.eks.amazonaws.com`,
      ],
    }
  const declared = fleet.clusters.find((it) => it.name === cluster)
  const stack = stackNames(fleet.name).cluster(cluster)
  if (intent.audience !== undefined && declared?.region !== undefined)
    // its provider comes with the stack of the control plane
    return {
      commands: [`aws iam list-open-id-connect-providers --query 'OpenIDConnectProviderList[].Arn' --output text`],
    }
  if (declared?.region !== undefined && (intent.deployment === 'coredns' || intent.by === 'eks'))
    return { commands: [deploy(stackNames(fleet.name).addons(cluster), declared.region)] }
  const { chart } = intent
  if (isRecord(chart) && intent.by === 'helm') {
    const network = declared?.network
    const region = regionOf(fleet, network)
    return {
      commands: [
        // the role and its policy come with the stack of the control plane
        ...(network === undefined || region === undefined
          ? []
          : [`VPC_ID=${outputOf(stackNames(fleet.name).network(network), region, outputs.vpcId)}`]),
        ...(region === undefined ? [] : [`ROLE_ARN=${outputOf(stack, region, outputs.controllerRole)}`]),
        ...serviceAccountCommands(intent, cluster),
        `helm upgrade --install ${text(intent.releaseName)} ${text(chart.name)} --repo ${text(isRecord(chart.repository) ? chart.repository.url : '')} --version ${text(chart.version)} --kube-context ${cluster} --namespace ${text(intent.namespace)}${valueFlags(intent.values)}`,
      ],
    }
  }
  if (isRecord(chart))
    return { commands: [`flux --context ${cluster} get helmreleases --namespace ${text(intent.namespace)}`] }
  return { commands: [], takeOver: intent }
}

/** The chart is told not to make it; one that gets its credentials by OIDC names its role, one by Pod Identity does not. */
function serviceAccountCommands({ serviceAccount }: PlannedStep['intent'], cluster: string): readonly string[] {
  const account = isRecord(serviceAccount) ? serviceAccount : {}
  const at = `kubectl --context ${cluster} --namespace ${text(account.namespace)}`
  return [
    `${at} create serviceaccount ${text(account.name)}`,
    ...(account.identity === 'oidc'
      ? [`${at} annotate serviceaccount ${text(account.name)} eks.amazonaws.com/role-arn=$ROLE_ARN`]
      : []),
  ]
}

/** `deploy` makes or changes the stack, and comes back when it is complete. */
const deploy = (stack: string, region: string): string =>
  `aws cloudformation deploy --region ${region} --stack-name ${stack} --template-file aws/${stack}.template.json --capabilities CAPABILITY_NAMED_IAM`

const outputOf = (stack: string, region: string, output: string): string =>
  `$(aws cloudformation describe-stacks --region ${region} --stack-name ${stack} --query "Stacks[0].Outputs[?OutputKey=='${output}'].OutputValue" --output text)`

export const regionOf = (fleet: Fleet, network: string | undefined): string | undefined =>
  fleet.networks.find((it) => it.name === network)?.region ??
  fleet.clusters.find((it) => it.network === network && it.region !== undefined)?.region

/** The flags of the two commands that carry images over, which the intent names without them. */
function spelled(command: string, { registry, release }: PlannedStep['intent']): string {
  switch (command) {
    case 'eksctl anywhere download images':
      return 'eksctl anywhere download images --include-packages --output images.tar'
    case 'eksctl anywhere import images':
      return `eksctl anywhere import images --input images.tar --bundles eks-anywhere-downloads/bundle-release.yaml --registry ${text(registry)}`
    case 'eksctl anywhere copy packages':
      return `eksctl anywhere copy packages ${text(registry)} --src-chart-registry public.ecr.aws/eks-anywhere`
    default:
      return release === undefined ? command : `${command} # of release ${text(release)}`
  }
}

function valueFlags(values: IntentValue | undefined): string {
  const flags: string[] = []
  const walk = (path: string, value: IntentValue): void => {
    if (isRecord(value) && value.ofNetwork !== undefined) flags.push(`${path}=$VPC_ID`)
    else if (isRecord(value))
      for (const [key, inner] of Object.entries(value)) walk(path === '' ? key : `${path}.${key}`, inner)
    else flags.push(`${path}=${text(value)}`)
  }
  if (values !== undefined) walk('', values)
  return flags.map((flag) => ` --set ${flag}`).join('')
}

function fluxCommands({ intent, subject }: PlannedStep, { fleet }: Plan, { valuesOf }: Written): Instructions {
  const cluster = subject.cluster ?? ''
  const source = isRecord(intent.source) ? intent.source : {}
  const root = isRecord(intent.root) ? intent.root : {}
  const secret = source.secret
  const declared = fleet.clusters.find(({ name }) => name === cluster)
  const path = text(root.path).replace(/^\.\//, '')
  return {
    commands: [
      `flux --context ${cluster} install${intent.version === undefined ? '' : ` --version ${text(intent.version)}`} --components source-controller,kustomize-controller,helm-controller`,
      ...(secret === undefined ? [] : [...gitSecret(cluster, text(secret), text(source.url))]),
      ...valueCommands(fleet, cluster, valuesOf(cluster)),
      declared?.class === undefined
        ? `kubectl --context ${cluster} apply --server-side --filename gitops/${path}/gotk-sync.yaml`
        : `cluster=${cluster} flux envsubst --strict < gitops/${path.replace(/[^/]+\/flux-system$/, `classes/${declared.class}`)}/gotk-sync.yaml | kubectl --context ${cluster} apply --server-side --filename -`,
      `flux --context ${cluster} get all --namespace flux-system`,
    ],
  }
}

/** flux asks for nothing: over HTTPS it is told a user and a token, over SSH it makes a key and shows what the repository must admit. */
const gitSecret = (cluster: string, secret: string, url: string): readonly string[] => {
  const create = `flux --context ${cluster} create secret git ${secret} --url ${url}`
  return url.startsWith('ssh:')
    ? [`${create} # shows a public key: let the repository admit it, for reading`]
    : [
        'read -rs GIT_TOKEN && export GIT_TOKEN # of the repository, for reading',
        `${create} --username git --password "$GIT_TOKEN"`,
      ]
}

/** The ConfigMap from which Flux fills in what exists only now. */
function valueCommands(fleet: Fleet, cluster: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const known = valueSources(fleet, cluster)
  const literals = names.map((name) => ` --from-literal=${name}=${known.get(name) ?? '$VALUE'}`).join('')
  return [
    `kubectl --context ${cluster} --namespace ${fleetValues.namespace} create configmap ${fleetValues.name}${literals} --dry-run=client --output yaml | kubectl --context ${cluster} apply --server-side --filename -`,
  ]
}

/** By the name of the variable, the command that finds its value. */
function valueSources(fleet: Fleet, cluster: string): ReadonlyMap<string, string> {
  const named = stackNames(fleet.name)
  const found = new Map<string, string>()
  const put = (variable: string, stack: string, region: string | undefined, output: string): void => {
    if (region !== undefined) found.set(plainName(variable), outputOf(stack, region, output))
  }
  for (const { name, subnets } of fleet.networks) {
    const region = regionOf(fleet, name)
    put(fleetValue.vpcId(name), named.network(name), region, outputs.vpcId)
    for (const subnet of subnets)
      put(fleetValue.subnetId(subnet.name), named.network(name), region, outputs.subnetId(subnet.name))
  }
  for (const { name, id } of fleet.accounts) found.set(plainName(fleetValue.accountId(name)), id)
  for (const { name, region, network } of fleet.clusters) {
    put(fleetValue.clusterEndpoint(name), named.cluster(name), region, outputs.clusterEndpoint)
    if (name === cluster && network !== undefined)
      put(fleetValue.ownVpcId, named.network(network), region, outputs.vpcId)
  }
  for (const { name, host } of fleet.federations)
    put(
      fleetValue.federationHost(name),
      named.karmada(name),
      fleet.clusters.find((it) => it.name === host)?.region,
      'KarmadaHost',
    )
  return found
}

function lookCommands({ intent, subject, id }: PlannedStep, fleet: Fleet): readonly string[] {
  const cluster = subject.cluster ?? ''
  const of = text(intent.of)
  if (typeof intent.command === 'string') return [intent.command]
  if (id.startsWith('verify/nodes-ready/')) return [`kubectl --context ${cluster} get nodes --watch`]
  if (id.startsWith('verify/node-role/')) {
    const region = fleet.clusters.find((it) => it.name === cluster)?.region
    return [
      `aws eks list-access-entries${region === undefined ? '' : ` --region ${region}`} --cluster-name ${cluster}`,
      ...(text(intent.in).includes('aws-auth')
        ? [`kubectl --context ${cluster} --namespace kube-system get configmap aws-auth --output yaml`]
        : []),
    ]
  }
  if (id.startsWith('verify/controller/'))
    return [
      `kubectl --context ${cluster} --namespace ${text(intent.namespace)} wait deployment/${text(intent.deployment)} --for=condition=Available --timeout=5m`,
    ]
  if (id.startsWith('verify/placed/'))
    return [`kubectl --context ${cluster} --namespace ${text(intent.namespace)} get ingress,pods,services`]
  if (id.startsWith('verify/answers/'))
    return [
      `while sleep 1; do curl --silent --output /dev/null --max-time ${text(intent.timeoutSeconds)} --write-out '%{http_code}\\n' ${text(intent.url)}; done`,
    ]
  if (id.startsWith('verify/reconciled/'))
    return [
      `flux --context ${cluster} reconcile source git flux-system`,
      `flux --context ${cluster} get kustomizations --status-selector ready=false`,
    ]
  if (id.startsWith('verify/cluster-dns/'))
    return [
      `kubectl --context ${cluster} --namespace kube-system get pods --selector k8s-app=kube-dns --output wide`,
      `kubectl --context ${cluster} run look-up --rm --stdin --image registry.k8s.io/e2e-test-images/agnhost:2.53 --restart Never -- nslookup kubernetes.default`,
    ]
  if (id.startsWith('verify/admin-machine/'))
    return ['nproc; free -g; df -h .; docker version --format "{{.Server.Version}}"; eksctl anywhere version']
  if (id.startsWith('verify/registry-mirror/'))
    return [
      `curl --fail${intent.caCertificate === undefined || intent.caCertificate === null ? '' : ` --cacert ${text(intent.caCertificate)}`} https://${text(intent.registry)}/v2/`,
    ]
  if (id.startsWith('verify/boot-images/'))
    return [intent.osImageURL, intent.hookImagesURL].flatMap((url) =>
      url === undefined || url === null ? [] : [`curl --fail --head ${text(url)}`],
    )
  if (id.startsWith('verify/hardware/') || id.startsWith('verify/spare-machine/'))
    return intent.csv === null || intent.csv === undefined ? [] : [`column -s, -t ${text(intent.csv)}`]
  if (id.startsWith('verify/karmada/'))
    return [
      'kubectl --kubeconfig karmada.kubeconfig get clusters',
      'kubectl --kubeconfig karmada.kubeconfig get --raw /readyz',
    ]
  if (id.startsWith('verify/reach/'))
    return intent.port === undefined
      ? [`kubectl --context ${text(intent.to)} get --raw /readyz # from the network of ${text(intent.from)}`]
      : [
          `nc -z -w 5 $${plainName(fleetValue.federationHost(subject.federation ?? ''))} ${text(intent.port)} # from ${text(intent.from)}`,
        ]
  return of === '' ? [] : [`skerry plan --site ${subject.site ?? cluster} # ${of}`]
}

export const text = (value: IntentValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

const isRecord = (value: IntentValue | undefined): value is { readonly [key: string]: IntentValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
