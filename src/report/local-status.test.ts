// What people and machines read of the world on this machine.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { LocalStatus } from '../worlds/local/status.ts'
import { localStatusPrometheus } from './local-prometheus.ts'
import { localStatusBrief, localStatusJson, localStatusLine, localStatusText } from './local-status-text.ts'

const at = '2026-11-21T12:00:00.000Z'
const now = { since: at, seconds: 0 }
const never = { since: undefined, seconds: undefined }

const engine = (id: string, rest: Partial<LocalStatus['engines'][number]>): LocalStatus['engines'][number] => ({
  id,
  engine: 'etcd',
  of: { kind: 'cluster', name: 'virginia' },
  state: 'running',
  since: at,
  seconds: 90,
  pid: 4711,
  mebibytes: 50,
  ...rest,
})

const copy = { namespace: 'web', kind: 'Deployment', name: 'nginx', site: undefined }

const status: LocalStatus = {
  fleet: 'shops',
  folder: '/state/shops-00000000',
  asked: at,
  speed: 1,
  up: 'done',
  changed: undefined,
  cutOffAt: [],
  holder: undefined,
  engines: [
    engine('cluster/virginia/etcd', {}),
    engine('cluster/virginia/kube-apiserver', { state: 'dead', seconds: 40, pid: undefined, mebibytes: 0 }),
    engine('cluster/virginia/kwok-virginia', { state: 'notHeardOf', ...never }),
    engine('fleet/shops/outside', { engine: 'outside', of: { kind: 'fleet', name: 'shops' } }),
  ],
  clusters: [
    { name: 'virginia', nodes: 4, expected: 4, ready: undefined, sites: [], since: at, seconds: 40 },
    {
      ...{ name: 'oregon', nodes: 4, expected: 4, ready: 3, ...now },
      sites: [
        { name: 'oregon', nodes: 3, ready: 3, notHeardOf: 0, ...never },
        { name: 'los-angeles', nodes: 1, ready: 0, notHeardOf: 1, since: at, seconds: 50 },
      ],
    },
  ],
  federations: [
    {
      name: 'main',
      members: [
        { name: 'virginia', ready: false, since: at, seconds: 5 },
        { name: 'oregon', ready: true, ...now },
      ],
      ...now,
    },
    { name: 'second', members: undefined, ...never },
  ],
  apps: [
    {
      ...{ app: 'nginx', federation: 'main', state: 'notHeardOf', wanted: 6, ready: 6, held: false },
      copies: [
        { ...copy, cluster: 'oregon', wanted: 3, ready: 3, state: 'asWanted', ...never },
        { ...copy, cluster: 'virginia', wanted: 3, ready: 3, state: 'notHeardOf', since: at, seconds: 40 },
      ],
    },
    {
      ...{ app: 'till', federation: 'main', state: 'behind', wanted: 2, ready: 1, held: true },
      copies: [{ ...copy, cluster: 'oregon', wanted: 2, ready: 1, state: 'behind', ...never }],
    },
  ],
  flux: [
    {
      of: { kind: 'cluster', name: 'oregon' },
      objects: [
        {
          ...{ kind: 'Kustomization', namespace: 'flux-system', name: 'apps', ready: false, suspended: false },
          ...{ revision: 'main@sha1:0123456789abcdef', message: 'health check failed' },
        },
      ],
      ...now,
    },
  ],
  nameServer: '127.0.0.1:5353',
  names: [
    {
      host: 'www.example.com',
      app: 'nginx',
      answers: [
        { address: '127.1.0.1', port: 8080, site: 'oregon', heard: 200 },
        { address: '127.1.0.2', port: 8080, site: 'virginia', heard: 'silent' },
      ],
      audiences: { east: 'virginia' },
    },
  ],
  doors: [
    {
      ...{ app: 'nginx', site: 'oregon', public: '127.1.0.1:8080', lan: undefined },
      ...{ targets: 3, healthy: 2, answers: 0.5, lanAnswers: 0 },
    },
  ],
  links: [
    { id: 'site/virginia>cluster/virginia', way: 'blackhole' },
    { id: 'site/oregon>cluster/oregon', way: 'free' },
  ],
  bad: [{ what: 'site/virginia/serviceLink', how: 'cut: packets vanish' }],
  failures: 0,
  faults: [{ text: 'virginia loses its service link', since: at, seconds: 61 }],
  mebibytes: 100,
}

const well: LocalStatus = {
  ...status,
  engines: status.engines.slice(0, 1),
  clusters: [],
  federations: [],
  apps: [],
  names: [],
  faults: [],
  bad: [],
  links: [],
  doors: [],
  flux: [],
}

test('a status has three honest states, and each age with what was last heard', () => {
  expect(localStatusText(status)).toBe(
    [
      'shops on this machine: 4 engines, 100 MiB of memory',
      '',
      'In force',
      '  ✗ virginia loses its service link, for 61 s',
      '  ✗ site/virginia/serviceLink cut: packets vanish',
      '  ✗ 1 link not free: site/virginia>cluster/virginia',
      '',
      'Names (127.0.0.1:5353)',
      '  ✗ www.example.com  oregon (127.1.0.1:8080: 200), virginia (127.1.0.2:8080: no answer); east to virginia',
      '',
      'Apps',
      '  ✗ nginx  6 of 6 ready: oregon 3, virginia 3 when last heard of, 40 s ago',
      '  ✗ till   1 of 2 ready: oregon 1 of 2, behind',
      '      a failback was cut off: skerry failback till',
      '',
      'Front doors',
      '  ✗ nginx at oregon  127.1.0.1:8080 answers 50 %, 2 of 3 targets healthy',
      '',
      'Clusters',
      '  ✗ virginia: its API does not answer, last heard of 40 s ago',
      '  ✗ oregon: 3 of 4 nodes ready, 1 at los-angeles not heard of for 50 s',
      '',
      'Federations',
      '  ✗ main: virginia not ready for 5 s, oregon ready',
      '  ✗ second: the API of Karmada does not answer, and never did',
      '',
      'Flux',
      '  ✗ oregon: 0 of 1 ready, at main@01234567, Kustomization apps: health check failed',
      '',
      'Engines',
      '  ✗ cluster/virginia: 1 of 3 running, 100 MiB',
      '      kube-apiserver: dead, last heard of 40 s ago',
      '      kwok-virginia: not heard of, never answered',
      '  ✓ fleet/shops: 1 of 1 running, 50 MiB',
    ].join('\n'),
  )
})

test('a look in a log is one line, with all that is not as wanted', () => {
  expect(localStatusBrief(well)).toBe('2026-11-21T12:00:00.000Z  1 of 1 engine; all as wanted')
  expect(localStatusBrief(status)).toBe(
    '2026-11-21T12:00:00.000Z  2 of 4 engines, 1 of 2 members, 7 of 8 replicas ready; virginia loses its service link; cluster/virginia/kube-apiserver dead; cluster/virginia/kwok-virginia not heard of; virginia does not answer; virginia not ready; nginx not heard of; till behind; www.example.com not served',
  )
  expect(localStatusLine(status).includes('\n')).toBe(false)
})

test('a run that was cut off, and one that is at work, are told first', () => {
  expect(localStatusText({ ...status, up: 'begun', cutOffAt: ['federation/main/crds'] })).toContain(
    '  a run was cut off at federation/main/crds\n  next  skerry up, to go on, or skerry down\n',
  )
  const holder = { verb: 'up', pid: 17, since: at }
  expect(localStatusText({ ...status, up: 'begun', holder })).toContain('  skerry up is at work on it (process 17)\n')
  expect(localStatusText({ ...status, speed: 10 })).toContain('memory, constants shortened by 10')
})

test('a fleet that changed since up is told in a line, with what to type', () => {
  expect(localStatusText({ ...well, changed: true })).toContain(
    '  the fleet changed since up: what runs is the one from before\n  next  skerry up\n',
  )
  expect(
    localStatusText({ ...well, changed: true, up: 'begun' })
      .split('\n')
      .slice(1, 4),
  ).toEqual([
    '  the fleet changed since up: what runs is the one from before',
    '  the last up did not come to its end',
    '  next  skerry up, to go on, or skerry down',
  ])
  expect(localStatusText({ ...well, changed: false })).not.toContain('changed')
})

test('a copy that is scaled to nothing keeps its front door; where a federation places none, there is none to tell', () => {
  const door = (app: string, site: string, targets: number) => ({
    ...{ app, site, targets, healthy: targets, public: `127.1.0.1:${targets}`, lan: undefined, lanAnswers: 0 },
    answers: targets === 0 ? 0 : 1,
  })
  const at = (
    app: string,
    sites: readonly string[],
    clusters: readonly string[] = [],
  ): LocalStatus['apps'][number] => ({
    ...{ app, federation: undefined, state: 'asWanted', wanted: 1, ready: 1, held: false },
    copies: [
      ...sites.map((site) => ({ ...copy, site, cluster: site })),
      ...clusters.map((cluster) => ({ ...copy, cluster })),
    ].map((it) => ({ ...it, wanted: 1, ready: 1, state: 'asWanted' as const, ...never })),
  })
  const site = (name: string) => ({ name, nodes: 1, ready: 1, notHeardOf: 0, ...never })
  const shown = localStatusText({
    ...well,
    apps: [at('shop', ['virginia', 'oregon']), at('till', [], ['oregon', 'texas'])],
    clusters: [
      { name: 'oregon', nodes: 2, expected: 2, ready: 2, sites: [site('oregon'), site('los-angeles')], ...now },
      { name: 'texas', nodes: 1, expected: 1, ready: 1, sites: [site('texas')], ...now },
    ],
    doors: [
      ...[door('shop', 'virginia', 0), door('shop', 'oregon', 3)],
      ...[door('till', 'oregon', 0), door('till', 'los-angeles', 2), door('till', 'texas', 0), door('till', 'ohio', 0)],
    ],
  })
  const doors = shown.split('Front doors\n')[1]?.split('\n\n')[0]?.split('\n')
  expect(doors?.map((line) => line.trim().split('  ')[0])).toEqual([
    '✗ shop at virginia',
    '✓ shop at oregon',
    '✓ till at los-angeles',
    '✗ till at texas',
  ])
})

test('failures of the process outside are told wherever a status is read, with its log', () => {
  const failing = { ...status, failures: 3 }
  expect(localStatusText(failing)).toContain(
    '  ✗ 3 failures in the process that stands for the world outside: a bug of ours\n  next  skerry logs shops outside, and report what it says\n',
  )
  expect(localStatusBrief({ ...well, failures: 1 })).toContain('; 1 failure in the process outside')
  expect(JSON.parse(localStatusJson(failing))).toMatchObject({ failures: 3 })
  const scraped = (of: LocalStatus) => localStatusPrometheus(of, () => 0)
  expect(scraped(failing)).toContain(
    '# TYPE skerry_outside_failures_total counter\nskerry_outside_failures_total{fleet="shops"} 3\n',
  )
  expect(scraped({ ...status, failures: undefined })).not.toContain('skerry_outside_failures_total')
})

test('as JSON it is what the published schema says, also where nothing runs, and where nobody outside answers', () => {
  const schema = readFileSync(new URL('../../schema/local-status.json', import.meta.url), 'utf8')
  const judge = new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': true } }).compile(
    JSON.parse(schema) as object,
  )
  const holder = { verb: 'up', pid: 17, since: at }
  const silent = {
    ...status,
    names: undefined,
    nameServer: undefined,
    doors: undefined,
    links: undefined,
    bad: undefined,
    failures: undefined,
  }
  for (const shown of [status, well, silent, { ...status, holder, cutOffAt: ['a'], changed: true }, undefined])
    expect([judge(JSON.parse(localStatusJson(shown))), judge.errors]).toEqual([true, null])
})

// The rules of the text format, as promtool checks them: each family once, with HELP and TYPE before its samples; names and labels of
// allowed letters; label values quoted and escaped; numbers; no sample twice.
function parsed(text: string) {
  const samples = new Map<string, number>()
  const types = new Map<string, string>()
  let family: string | undefined
  let helped: string | undefined
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\\\|\\n)+$/.exec(line)
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)$/.exec(line)
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"(?:,(?=[a-zA-Z_]))?)+\})? (-?\d+(?:\.\d+)?)$/.exec(
        line,
      )
    if (help) helped = help[1]
    else if (type) {
      expect(type[1]).toBe(helped)
      expect(types.has(type[1] ?? '')).toBe(false)
      family = type[1]
      types.set(type[1] ?? '', type[2] ?? '')
    } else {
      expect(sample, line).not.toBeNull()
      expect(sample?.[1]).toBe(family)
      const key = `${sample?.[1]}${sample?.[2] ?? ''}`
      expect(samples.has(key), key).toBe(false)
      samples.set(key, Number(sample?.[3]))
    }
  }
  return samples
}

test('as Prometheus reads it: every family with its help and type, every label escaped, no value where nothing was heard', () => {
  const nasty = { ...status, fleet: 'a "b"\\c\nd' }
  expect(parsed(localStatusPrometheus(nasty, () => 5)).get('skerry_fleet_up{fleet="a \\"b\\"\\\\c\\nd"}')).toBe(1)
  const samples = parsed(localStatusPrometheus(status, (moment) => Date.parse(moment) / 1_000))
  const of = 'fleet="shops"'
  const nginx = `${of},app="nginx",federation="main",cluster="virginia",namespace="web"`
  expect(samples.get(`skerry_app_replicas_wanted{${nginx}}`)).toBe(3)
  expect(samples.has(`skerry_app_replicas_ready{${nginx}}`)).toBe(false)
  expect(samples.get(`skerry_app_copy_state{${nginx},state="not_heard_of"}`)).toBe(1)
  expect(samples.get(`skerry_app_last_heard_timestamp_seconds{${nginx}}`)).toBe(Date.parse(at) / 1_000)
  expect(samples.get(`skerry_cluster_nodes_ready{${of},cluster="oregon",site="oregon"}`)).toBe(3)
  expect(samples.get(`skerry_member_ready{${of},federation="main",member="virginia"}`)).toBe(0)
  expect(samples.get(`skerry_door_answers_ratio{${of},app="nginx",site="oregon",door="public"}`)).toBe(0.5)
  expect(samples.get(`skerry_link_free{${of},link="site/virginia>cluster/virginia"}`)).toBe(0)
  expect(localStatusPrometheus(undefined, () => 0)).toBe('')
})
