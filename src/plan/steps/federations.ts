// Federations: Karmada on its host cluster, looked at, then the members that join it, each after somebody has seen that the one who must
// open the connection can: Karmada the API of a member that it pushes to, the agent of a member that pulls the API of Karmada. Members
// leave before Karmada goes: a member that is cut off from a Karmada that is no more keeps what was placed on it, unnamed.

import type { Cluster, Federation } from '../../model/fleet.ts'
import { counted } from '../../model/words.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import { failoverOf, failoverWords } from '../federation-failover.ts'
import type { Ground } from '../ground.ts'
import { addonsReady } from './addons.ts'

export function federationSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.federations.flatMap((federation) => [
    ...volumeDriver(ground, federation),
    startStep(ground, federation),
    answersStep(ground, federation),
    ...[...new Set(federation.memberClusters)].flatMap((member) => memberSteps(ground, federation, member)),
  ])
}

const driver = 'aws-ebs-csi-driver'

/** The driver that attaches the volumes of Karmada's etcd; where the host's add-ons name it, it comes with them. */
function volumeDriver(ground: Ground, federation: Federation): readonly Draft[] {
  const host = ground.find.cluster(federation.host)
  if (host === undefined || !needsDriver(federation, host)) return []
  return [
    {
      id: idOf.addon(host.name, driver),
      kind: 'addon',
      title: `Install ${driver} on ${host.name}, for the volumes of Karmada's etcd`,
      subject: { cluster: host.name, addon: driver },
      needs: ground.ready(host),
      intent: intentOf({ cluster: host.name, by: 'eks', addon: driver }),
      inverse: { kind: 'addon.remove', title: `Remove ${driver} from ${host.name}` },
      existing: false,
      origin: federation.origin,
    },
  ]
}

const storageOf = ({ etcd }: Federation): 'volume' | 'hostPath' | 'memory' => etcd?.storage ?? 'volume'
const needsDriver = (federation: Federation, host: Cluster): boolean =>
  storageOf(federation) === 'volume' && host.eks !== undefined && !host.eks.addons.includes(driver)

const answersId = (federation: Federation): string => idOf.verify('karmada', federation.name)

function startStep(ground: Ground, federation: Federation): Draft {
  const { name, host, engine, version, endpoint, port, highAvailability, etcd } = federation
  const cluster = ground.find.cluster(host)
  const sites = ground.find.sitesOf(host)
  const zones = zonesOf(ground, host)
  const front = endpoint === 'networkLoadBalancer'
  const each = highAvailability ? 3 : 1
  const volumeType = sites.flatMap((site) => ground.traits(site).volumeTypes.value)[0]
  return {
    id: idOf.federation(name),
    kind: 'federation.start',
    title: `Start Karmada${version === undefined ? '' : ` ${version}`} for ${name} on ${host}, ${highAvailability ? 'highly available' : 'one of each component'}, for ${counted(federation.memberClusters.length, 'member')}; ${failoverWords(federation)}`,
    subject: { federation: name, cluster: host },
    needs:
      cluster === undefined
        ? []
        : [
            ...ground.ready(cluster),
            ...addonsReady(ground, cluster),
            ...(needsDriver(federation, cluster) ? [idOf.addon(host, driver)] : []),
          ],
    intent: intentOf({
      name,
      engine,
      version,
      host,
      port,
      highAvailability,
      replicas: Object.fromEntries(components.map((component) => [component, each])),
      // a database of its own: what Karmada knows is not in that of the host
      etcd: {
        replicas: etcd?.replicas ?? 3,
        storage: storageOf(federation),
        volumeType: storageOf(federation) === 'volume' ? volumeType : undefined,
        attachedTo: storageOf(federation) === 'volume' ? 'the nodes that run its pods' : undefined,
      },
      endpoint: front
        ? {
            kind: 'networkLoadBalancer',
            port,
            targetPort: port,
            // clients prove who they are by certificates, which a balancer that ends TLS would throw away
            tls: 'passthrough',
            targets: 'every node of the host',
            crossZone: highAvailability,
            zones,
          }
        : { kind: 'none' },
      securityGroup: front
        ? {
            name: `${name}-karmada`,
            ingress: [{ protocol: 'tcp', port }],
            attachedTo: ground.find.poolsIn(host).map((pool) => `${pool.site}/${pool.name}`),
          }
        : undefined,
      client: ['kubectl', 'kubectl-karmada'],
      failover: failoverOf(federation),
    }),
    inverse: {
      kind: 'federation.stop',
      title: `Stop Karmada of ${name} on ${host}, its members gone before${front ? '; its load balancer and security group go with it' : ''}`,
    },
    existing: false,
    origin: federation.origin,
    field: 'host',
  }
}

/** What `karmadactl init` takes a replica count for. */
const components = [
  'karmada-apiserver',
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-kube-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
]

function zonesOf(ground: Ground, host: string): readonly string[] {
  const subnets = ground.subnets(ground.find.cluster(host)?.network).all
  const regional = subnets.filter(({ traits }) => traits.locale === 'availability-zone')
  return [...new Set(regional.map(({ zone }) => zone))].sort()
}

function answersStep(ground: Ground, federation: Federation): Draft {
  const { name, host, port, endpoint, etcd, highAvailability } = federation
  const zones = zonesOf(ground, host)
  const spread = highAvailability && zones.length > 1
  return {
    id: answersId(federation),
    kind: 'verify',
    title: `The API of Karmada for ${name} answers${endpoint === 'none' ? ` on ${host}` : ` on port ${port} of its load balancer`}${spread ? `, also with one node or one of ${counted(zones.length, 'zone')} away` : ''}`,
    subject: { federation: name, cluster: host },
    needs: [idOf.federation(name)],
    intent: intentOf({
      of: idOf.federation(name),
      claim: 'Karmada answers',
      port,
      etcdMembers: etcd?.replicas ?? 3,
      survives: spread ? ['one node', 'one zone'] : [],
    }),
    inverse: nothing,
    existing: false,
    origin: federation.origin,
  }
}

function memberSteps(ground: Ground, federation: Federation, member: string): readonly Draft[] {
  const { name, host, port, origin } = federation
  const cluster = ground.find.cluster(member)
  const sync = own(federation.sync, member) ?? own(federation.sync, 'default') ?? 'push'
  const push = sync === 'push'
  const subject = { federation: name, cluster: member }
  const needs = [answersId(federation), ...(cluster === undefined ? [] : ground.ready(cluster))]
  const reachId = idOf.verify('reach', name, member)
  const reach: Draft = {
    id: reachId,
    kind: 'verify',
    title: push
      ? `Karmada on ${host} reaches the API of ${member}`
      : `${member} reaches the API of Karmada on port ${port}`,
    subject,
    needs,
    intent: intentOf({
      of: idOf.member(name, member),
      claim: push ? 'Karmada reaches the member' : 'the member reaches Karmada',
      from: push ? host : member,
      to: push ? member : host,
      port: push ? undefined : port,
    }),
    inverse: nothing,
    existing: false,
    origin,
  }
  const zones = ground.find.sitesOf(member).flatMap(({ place }) => place.zone ?? [])
  const join: Draft = {
    id: idOf.member(name, member),
    kind: 'member.join',
    title: `Join ${member} to the federation ${name}, by ${sync}${push ? '' : ': an agent on it fetches its work'}`,
    subject,
    needs: [idOf.federation(name), ...needs, reachId],
    intent: intentOf({
      federation: name,
      cluster: member,
      sync,
      by: push ? 'karmadactl join' : 'karmada-agent',
      region: cluster?.region,
      zones: zones.length === 0 ? undefined : [...new Set(zones)].sort(),
      labels: cluster?.labels,
    }),
    inverse: {
      kind: 'member.leave',
      // Karmada waits until every binding has left the member, and for one that does not answer it waits for ever
      title: `Take ${member} out of the federation ${name}, while it still answers`,
    },
    existing: false,
    origin,
    field: 'members',
  }
  return [reach, join]
}

/** The steps after which a copy may be divided: a workload that is divided once is not divided again when another member joins. */
export const joinedOf = (federation: Federation): readonly string[] => [
  idOf.federation(federation.name),
  ...[...new Set(federation.memberClusters)].map((member) => idOf.member(federation.name, member)),
]

const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
