// Federations: Karmada on its host cluster, and the members that join it. How it divides replicas is its scheduler's business.

import type { Federation } from '../../model/fleet.ts'
import type { Draft } from '../draft.ts'
import { counted, idOf, intentOf } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { addonsReady } from './addons.ts'

export function federationSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.federations.flatMap((federation) => [
    startStep(ground, federation),
    ...[...new Set(federation.memberClusters)].map((member) => memberStep(ground, federation, member)),
  ])
}

function startStep(ground: Ground, federation: Federation): Draft {
  const { name, host, engine, version, endpoint, port, highAvailability, etcd, failover } = federation
  const cluster = ground.find.cluster(host)
  return {
    id: idOf.federation(name),
    kind: 'federation.start',
    title: `Start Karmada${version === undefined ? '' : ` ${version}`} for ${name} on ${host}, for ${counted(federation.memberClusters.length, 'member')}`,
    subject: { federation: name, cluster: host },
    needs: cluster === undefined ? [] : [...ground.ready(cluster), ...addonsReady(ground, cluster)],
    intent: intentOf({ name, engine, version, host, endpoint, port, highAvailability, etcd, failover }),
    inverse: {
      kind: 'federation.stop',
      title: `Stop Karmada of ${name} on ${host}; what it placed must be gone before`,
    },
    existing: false,
    origin: federation.origin,
    field: 'host',
  }
}

function memberStep(ground: Ground, federation: Federation, member: string): Draft {
  const cluster = ground.find.cluster(member)
  const sync = own(federation.sync, member) ?? own(federation.sync, 'default') ?? 'push'
  return {
    id: idOf.member(federation.name, member),
    kind: 'member.join',
    title: `Join ${member} to the federation ${federation.name}, by ${sync}`,
    subject: { federation: federation.name, cluster: member },
    needs: [idOf.federation(federation.name), ...(cluster === undefined ? [] : ground.ready(cluster))],
    intent: intentOf({
      federation: federation.name,
      cluster: member,
      sync,
      region: cluster?.region,
      labels: cluster?.labels,
    }),
    inverse: { kind: 'member.leave', title: `Take ${member} out of the federation ${federation.name}` },
    existing: false,
    origin: federation.origin,
    field: 'members',
  }
}

const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined
