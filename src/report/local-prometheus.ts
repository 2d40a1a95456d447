// What `status` found on this machine, as the text that Prometheus reads: names and labels stay as they are from version to version. What
// was not heard of has no value but its age.

import type { LocalStatus } from '../worlds/local/status.ts'
import type { Family, Labels } from './prometheus.ts'
import { prometheusText } from './prometheus.ts'

/** `epochSeconds` of a moment as ISO 8601 writes it: reports have no clock. Empty where nothing runs. */
export function localStatusPrometheus(
  status: LocalStatus | undefined,
  epochSeconds: (moment: string) => number,
): string {
  if (status === undefined) return ''
  return prometheusText(familiesOf(status, epochSeconds))
}

function familiesOf(status: LocalStatus, epochSeconds: (moment: string) => number): readonly Family[] {
  const { fleet, engines, clusters, federations, apps, flux, names = [], doors = [], links = [], faults } = status
  const seconds = (since: string | undefined): number | undefined =>
    since === undefined ? undefined : epochSeconds(since)
  const flag = (is: boolean): number => (is ? 1 : 0)
  const of = { fleet }
  const members = federations.flatMap(({ name: federation, members: all = [] }) =>
    all.map((member) => ({ labels: { ...of, federation, member: member.name }, member })),
  )
  // while its API does not answer, a cluster says nothing of its nodes
  const sites = clusters
    .filter(({ ready }) => ready !== undefined)
    .flatMap(({ name, sites: all }) => all.map((site) => ({ labels: { ...of, cluster: name, site: site.name }, site })))
  const copies = apps.flatMap(({ app, federation, copies: all }) =>
    all.map((copy) => ({
      labels: { ...of, app, federation, cluster: copy.cluster, site: copy.site, namespace: copy.namespace },
      copy,
    })),
  )
  const answers = names.flatMap(({ host, app, answers: all }) =>
    all.map((answer) => ({ labels: { ...of, host, app, address: answer.address, site: answer.site }, answer })),
  )
  const objects = flux.flatMap(({ of: owner, objects: all = [] }) =>
    all.map((object) => ({
      labels: { ...of, cluster: owner.name, kind: object.kind, namespace: object.namespace, name: object.name },
      object,
    })),
  )
  const engineLabels = ({ id, engine, of: owner }: (typeof engines)[number]): Labels => ({
    ...of,
    id,
    engine,
    owner: owner.name,
  })
  return [
    {
      name: 'skerry_fleet_up',
      help: 'Whether the last up came to its end.',
      samples: [[of, flag(status.up === 'done')]],
    },
    {
      name: 'skerry_fleet_speed',
      help: 'By how much constants are shortened.',
      samples: [[of, status.speed]],
    },
    {
      name: 'skerry_engine_up',
      help: 'Whether the engine runs and answers.',
      samples: engines.map((engine) => [engineLabels(engine), flag(engine.state === 'running')]),
    },
    {
      name: 'skerry_engine_resident_bytes',
      help: 'Resident memory of the engine.',
      samples: engines.map((engine) => [engineLabels(engine), engine.mebibytes * 1_048_576]),
    },
    {
      name: 'skerry_engine_last_heard_timestamp_seconds',
      help: 'When an engine that does not answer last did.',
      samples: engines
        .filter(({ state }) => state !== 'running')
        .map((engine) => [engineLabels(engine), seconds(engine.since)]),
    },
    {
      name: 'skerry_cluster_answers',
      help: 'Whether the API of the cluster answers.',
      samples: clusters.map(({ name, ready }) => [{ ...of, cluster: name }, flag(ready !== undefined)]),
    },
    {
      name: 'skerry_cluster_last_heard_timestamp_seconds',
      help: 'When the API of the cluster last answered.',
      samples: clusters.map(({ name, since }) => [{ ...of, cluster: name }, seconds(since)]),
    },
    {
      name: 'skerry_cluster_nodes_expected',
      help: 'Nodes that the plan has.',
      samples: clusters.map(({ name, expected }) => [{ ...of, cluster: name }, expected]),
    },
    {
      name: 'skerry_cluster_nodes_ready',
      help: 'Nodes that are Ready, by site; none while the API does not answer.',
      samples: sites.map(({ labels, site }) => [labels, site.ready]),
    },
    {
      name: 'skerry_cluster_nodes_not_heard_of',
      help: 'Nodes whose heartbeats the cluster misses, by site.',
      samples: sites.map(({ labels, site }) => [labels, site.notHeardOf]),
    },
    {
      name: 'skerry_federation_answers',
      help: 'Whether the API of Karmada answers.',
      samples: federations.map(({ name, members: all }) => [{ ...of, federation: name }, flag(all !== undefined)]),
    },
    {
      name: 'skerry_member_ready',
      help: 'Whether the member is Ready, as Karmada sees it.',
      samples: members.map(({ labels, member }) => [labels, flag(member.ready)]),
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
      name: 'skerry_app_copy_state',
      help: 'One of the three states of a copy: as_wanted, behind, not_heard_of.',
      samples: copies.flatMap(({ labels, copy }) =>
        (['asWanted', 'behind', 'notHeardOf'] as const).map(
          (state) => [{ ...labels, state: snake(state) }, flag(copy.state === state)] as const,
        ),
      ),
    },
    {
      name: 'skerry_app_last_heard_timestamp_seconds',
      help: 'When a copy that is not heard of last was.',
      samples: copies.map(({ labels, copy }) => [
        labels,
        copy.state === 'notHeardOf' ? seconds(copy.since) : undefined,
      ]),
    },
    {
      name: 'skerry_flux_ready',
      help: 'Whether the object of Flux is Ready.',
      samples: objects.map(({ labels, object }) => [labels, flag(object.ready)]),
    },
    {
      name: 'skerry_name_answers',
      help: 'Whether what the name server gives for the name answers a request now.',
      samples: answers.map(({ labels, answer }) => [
        labels,
        flag(typeof answer.heard === 'number' && answer.heard < 500),
      ]),
    },
    {
      name: 'skerry_name_addresses',
      help: 'Addresses that the name server gives for the name.',
      samples: names.map(({ host, app, answers: all }) => [{ ...of, host, app }, all.length]),
    },
    {
      name: 'skerry_door_answers_ratio',
      help: 'Share of requests that the front door answers.',
      samples: doors.flatMap(({ app, site, public: open, lan, answers: share, lanAnswers }) => [
        [{ ...of, app, site, door: 'public' }, open === undefined ? undefined : share] as const,
        [{ ...of, app, site, door: 'lan' }, lan === undefined ? undefined : lanAnswers] as const,
      ]),
    },
    {
      name: 'skerry_door_targets_healthy',
      help: 'Targets that the load balancer of the front door calls healthy.',
      samples: doors.map(({ app, site, healthy }) => [{ ...of, app, site }, healthy]),
    },
    {
      name: 'skerry_link_free',
      help: 'Whether the way between two engines is free: neither cut nor late.',
      samples: links.map(({ id, way }) => [{ ...of, link: id }, flag(way === 'free')]),
    },
    {
      name: 'skerry_fault_since_timestamp_seconds',
      help: 'When a fault that is in force began.',
      samples: faults.map(({ text, since }) => [{ ...of, fault: text }, seconds(since)]),
    },
    {
      name: 'skerry_outside_failures_total',
      help: 'What went wrong in the process that stands for the world outside and never should have, since it began.',
      type: 'counter',
      samples: [[of, status.failures]],
    },
  ]
}

const snake = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
