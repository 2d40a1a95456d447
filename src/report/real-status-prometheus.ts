// What `status --on real` found, as the text that Prometheus reads. Names that local's have too mean the same here; what is not heard of has
// no value but its age.

import type { RealStatus } from '../worlds/real/status/status.ts'
import type { Family, Labels } from './prometheus.ts'
import { prometheusText } from './prometheus.ts'

/** `epochSeconds` of a moment as ISO 8601 writes it: reports have no clock. */
export const realStatusPrometheus = (status: RealStatus, epochSeconds: (moment: string) => number): string =>
  prometheusText(familiesOf(status, epochSeconds))

type Part = { readonly state: 'asWanted' | 'behind' | 'notHeardOf'; readonly since: string | undefined }

function familiesOf(status: RealStatus, epochSeconds: (moment: string) => number): readonly Family[] {
  const { fleet, stacks, clusters, pools, controllers, flux, federations, apps, fronts, names } = status
  const of = { fleet }
  const parts: readonly (readonly [Labels, Part])[] = [
    ...stacks.map((it) => [{ ...of, part: 'stack', name: it.name, region: it.region }, it] as const),
    ...clusters.map((it) => [{ ...of, part: 'cluster', name: it.name }, it] as const),
    ...pools.map((it) => [{ ...of, part: 'pool', name: `${it.site}/${it.pool}`, cluster: it.cluster }, it] as const),
    ...controllers.map((it) => [{ ...of, part: 'controller', name: it.name, cluster: it.cluster }, it] as const),
    ...flux.map((it) => [{ ...of, part: 'flux', name: it.cluster }, it] as const),
    ...federations.map((it) => [{ ...of, part: 'federation', name: it.name }, it] as const),
    ...fronts.map((it) => [{ ...of, part: 'front', name: it.app, site: it.site }, it] as const),
    ...names.map((it) => [{ ...of, part: 'name', name: it.host }, it] as const),
  ]
  const known = pools.filter(({ state, notHeardOf }) => state !== 'notHeardOf' || notHeardOf > 0)
  const poolLabels = ({ cluster, site, pool }: (typeof pools)[number]): Labels => ({ ...of, cluster, site, pool })
  const copies = apps.flatMap(({ app, federation, copies: all }) =>
    all.map((copy) => ({
      labels: { ...of, app, federation, cluster: copy.cluster, site: copy.site, namespace: copy.namespace },
      copy,
    })),
  )
  const flag = (is: boolean): number => (is ? 1 : 0)
  return [
    {
      name: 'skerry_real_part_state',
      help: 'One of the three states of a part: as_wanted, behind, not_heard_of.',
      samples: parts.flatMap(([labels, part]) =>
        (['asWanted', 'behind', 'notHeardOf'] as const).map(
          (state) => [{ ...labels, state: snake(state) }, flag(part.state === state)] as const,
        ),
      ),
    },
    {
      name: 'skerry_real_part_last_heard_timestamp_seconds',
      help: 'When a part that is not heard of last was.',
      samples: parts.map(
        ([labels, { state, since }]) =>
          [labels, state === 'notHeardOf' && since !== undefined ? epochSeconds(since) : undefined] as const,
      ),
    },
    {
      name: 'skerry_cluster_answers',
      help: 'Whether the API of the cluster answers.',
      samples: clusters.map(({ name, api }) => [{ ...of, cluster: name }, flag(api === 'answers')]),
    },
    {
      name: 'skerry_cluster_nodes_expected',
      help: 'Nodes that the plan has.',
      samples: pools.map((pool) => [poolLabels(pool), pool.wanted]),
    },
    {
      name: 'skerry_cluster_nodes_joined',
      help: 'Nodes that have joined.',
      samples: known.map((pool) => [poolLabels(pool), pool.joined]),
    },
    {
      name: 'skerry_cluster_nodes_ready',
      help: 'Nodes that are Ready; none while the API does not answer.',
      samples: known.map((pool) => [poolLabels(pool), pool.ready]),
    },
    {
      name: 'skerry_cluster_nodes_not_heard_of',
      help: 'Nodes whose heartbeats the cluster misses.',
      samples: known.map((pool) => [poolLabels(pool), pool.notHeardOf]),
    },
    {
      name: 'skerry_pool_cause',
      help: 'Why nodes of a pool are missing: 1 for a cause that was found.',
      samples: pools.flatMap((pool) =>
        pool.causes
          .filter(({ verdict }) => verdict !== 'notLooked')
          .map(
            ({ kind, verdict }) => [{ ...poolLabels(pool), cause: snake(kind) }, flag(verdict === 'found')] as const,
          ),
      ),
    },
    {
      name: 'skerry_app_replicas_wanted',
      help: 'Replicas that the fleet declares, or that Karmada has divided.',
      samples: copies.map(({ labels, copy }) => [labels, copy.wanted]),
    },
    {
      name: 'skerry_app_replicas_ready',
      help: 'Replicas that are ready; none while the copy is not heard of.',
      samples: copies.map(({ labels, copy }) => [labels, copy.state === 'notHeardOf' ? undefined : copy.ready]),
    },
    {
      name: 'skerry_door_targets',
      help: 'Targets that the load balancer of the front door has.',
      samples: fronts.map((it) => [
        { ...of, app: it.app, site: it.site },
        it.state === 'notHeardOf' ? undefined : it.targets,
      ]),
    },
    {
      name: 'skerry_door_targets_healthy',
      help: 'Targets that the load balancer of the front door calls healthy.',
      samples: fronts.map((it) => [
        { ...of, app: it.app, site: it.site },
        it.state === 'notHeardOf' ? undefined : it.healthy,
      ]),
    },
    {
      name: 'skerry_health_check_healthy',
      help: 'Whether the checkers of Route 53 call it healthy.',
      samples: names.flatMap(({ checks }) =>
        checks.map(
          ({ host, site, healthy }) =>
            [{ ...of, host, site }, healthy === undefined ? undefined : flag(healthy)] as const,
        ),
      ),
    },
    {
      name: 'skerry_name_share',
      help: 'Share of users who are led to the site, computed from the records and what is healthy.',
      samples: names.flatMap(({ host, app, computed }) =>
        (computed?.answers ?? []).map(
          ({ id, site, share }) => [{ ...of, host, app, site: site ?? id }, share] as const,
        ),
      ),
    },
    {
      name: 'skerry_drift',
      help: 'Parts that differ from the declaration; none where drift was not looked for.',
      samples: [[of, status.drift?.filter(({ kind }) => kind !== 'notHeardOf').length]],
    },
  ]
}

const snake = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
