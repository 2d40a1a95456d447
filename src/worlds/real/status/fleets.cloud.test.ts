// Three examples on the fake cloud, each brought up once: what status and drift say of them as they stand, after a hand has changed
// something, and after the printed commands were carried out; why nodes have not joined, cause by cause; a drill by real means.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { awsCli } from '../../../../test/cloud/aws-cli.ts'
import { troubleIn } from '../../../../test/cloud/clouds.ts'
import type { FleetThere } from '../../../../test/cloud/fleets.case.ts'
import { fleetThere } from '../../../../test/cloud/fleets.case.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { runLive } from '../../../drill/live.ts'
import type { Drill, Fault } from '../../../model/fleet.ts'
import { driftLines, realStatusText } from '../../../report/real-status-text.ts'
import { driftOf } from '../drift/drift.ts'
import type { Drift } from '../drift/port.ts'
import { giveBackLeft } from '../drill/left.ts'
import { realDrillWorld } from '../drill/world.ts'
import type { CauseKind } from './causes.ts'
import type { RealStatus } from './status.ts'
import { realStatus } from './status.ts'

let there: FleetThere
const slow = 60_000

const bringUp = (example: Parameters<typeof fleetThere>[0]): void => {
  beforeAll(async () => {
    there = await fleetThere(example)
    await there.settled()
  }, 120_000)
  afterAll(() => there?.stop())
}

const look = (): Promise<RealStatus> => realStatus(there.ground, { patienceSeconds: 10 })
const state = () => there.clouds.fake.state
const one = (type: string, of: (id: string, properties: string) => boolean = () => true) => {
  const found = state()
    .resources(type)
    .filter(({ id, properties }) => of(id, JSON.stringify(properties)))
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} of ${type}`)
  return found[0]
}

/** Every line that is printed for it, as a person would type it. */
async function carryOut(lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    if (line === 'skerry up --on real') expect(troubleIn(await there.clouds.up())).toEqual([])
    else await awsCli(there.clouds.fake.env, line)
    await there.settled()
  }
}

const named = (drifts: readonly Drift[]): readonly string[] =>
  drifts.map(({ by, kind, what }) => `${by} ${kind} ${what.split(' ').slice(0, 2).join(' ')}`).sort()

const expectWell = async (): Promise<void> => {
  expect(realStatusText(await look())).not.toMatch(/ [✗?] /)
  expect(driftLines(await driftOf(there.ground))).toEqual([
    expect.stringMatching(/^ {2}✓ what is there is what is declared/),
  ])
}

const find = (drifts: readonly Drift[], what: RegExp): Drift => {
  const found = drifts.find((drift) => what.test(drift.what))
  if (found === undefined) throw new Error(`no drift ${what} in ${named(drifts).join('; ')}`)
  return found
}

/** What stands but for the network ACLs of VPCs, which the fake writes down when somebody first looks at them. */
const standing = (): readonly string[] =>
  state()
    .resources()
    .filter(({ properties }) => properties.IsDefault !== true)
    .map(({ type, id }) => `${type} ${id}`)
    .sort()

const outside = {
  resolve: async () => [{ address: '192.0.2.1', ttlSeconds: 5 }],
  addressesOf: async () => [],
  status: async () => 200,
}

const drillOf = (name: string, faults: readonly Partial<Fault>[]): Drill => {
  const declared = there.fleet.drills[0]
  if (declared === undefined) throw new Error('no drill')
  const { expect: _, ...rest } = declared
  return { ...rest, name, expect: [], faults: faults as readonly Fault[] }
}

/** Machines that stand end, and others are launched as they now can be. */
async function machinesAnew(...pools: readonly RegExp[]): Promise<void> {
  for (const { id, properties } of state().resources('AWS::EC2::Instance'))
    if (pools.some((pool) => pool.test(userData(properties)))) state().terminate(id)
  await there.settled()
}
const userData = ({ UserData }: Readonly<Record<string, unknown>>): string =>
  Buffer.from(String(UserData ?? ''), 'base64').toString('utf8')

const foundAt = ({ pools }: RealStatus, site: string): readonly CauseKind[] =>
  (pools.find((pool) => pool.site === site)?.causes ?? [])
    .filter(({ verdict }) => verdict === 'found')
    .map(({ kind }) => kind)
const settlesAt = ({ pools }: RealStatus, site: string): readonly string[] =>
  (pools.find((pool) => pool.site === site)?.causes ?? []).flatMap(({ settle }) => settle)

describe('federation', () => {
  bringUp('federation')

  test('all is as wanted, where Karmada has it, and nothing drifts [seed 81]', {
    timeout: slow,
  }, async () => {
    const status = await look()
    await expectWell()
    expect(status.federations.map(({ members }) => members.map(({ name, ready }) => [name, ready]))).toEqual([
      [
        ['virginia', true],
        ['oregon', true],
        ['plant', true],
      ],
    ])
    const copies = status.apps.flatMap(({ app, copies: all }) =>
      all.map(({ cluster, ready, wanted }) => `${app} ${cluster} ${ready}/${wanted}`),
    )
    expect(copies).toEqual([
      'ledger plant 2/2',
      'nginx oregon 3/3',
      'nginx virginia 3/3',
      'prices virginia 2/2',
      'reports plant 2/2',
      // held back there, and the first version came all the same
      'search oregon 4/4',
      'search virginia 4/4',
      'shop oregon 4/4',
      'shop virginia 4/4',
    ])
    const who = status.names.map(
      ({ host, computed }) => `${host} ${computed?.answers.map(({ site, share }) => `${site} ${share}`).join(' ')}`,
    )
    expect(who.sort()).toEqual([
      'ledger.example.com plant 1',
      'prices.example.com virginia 1',
      'search.example.com virginia 0.1 oregon 0.9',
      'shop.example.com virginia 1',
      'www.example.com virginia 0.5 oregon 0.5',
    ])
    expect(status.pools.map(({ site, joined, wanted }) => `${site} ${joined}/${wanted}`)).toEqual([
      ...['parent 3/3', 'virginia 4/4', 'oregon 4/4', 'plant 3/3', 'plant 3/3'],
    ])
  })

  test('names lead to the load balancer of their own app, though others share its namespace', () => {
    const led = state()
      .resources('AWS::Route53::RecordSet')
      .map(({ properties }) => [properties.Name, JSON.stringify(properties.AliasTarget ?? '')] as const)
    for (const app of ['search', 'shop', 'prices'])
      for (const [, target] of led.filter(([name]) => name === `${app}.example.com`))
        expect(target).toContain(`-${app}-`)
  })

  test('a policy, a node group, a rule and a record changed by hand are named, and their commands settle them [seed 78]', {
    timeout: slow,
  }, async () => {
    const karmada = there.karmada()
    const policy = await (await there.ground.api({ kind: 'federation', name: 'main' }))?.merge(
      '/apis/policy.karmada.io/v1alpha1/namespaces/tenant-web/propagationpolicies/nginx',
      {
        spec: {
          placement: {
            replicaScheduling: {
              weightPreference: {
                staticWeightList: [
                  { targetCluster: { clusterNames: ['virginia'] }, weight: 1 },
                  { targetCluster: { clusterNames: ['oregon'] }, weight: 2 },
                ],
              },
            },
          },
        },
      },
    )
    expect(policy).toBeDefined()
    const group = one('AWS::EKS::Nodegroup', (id) => id.startsWith('virginia/'))
    state().change(group.id, { ScalingConfig: { DesiredSize: 3 } })
    const rule = one('AWS::EC2::SecurityGroupIngress', (_, properties) => properties.includes('32443'))
    state().remove(rule.id)
    const record = one('AWS::Route53::RecordSet', (id) => id.startsWith('search.example.com|oregon'))
    state().change(record.id, { Weight: 1 })
    await there.settled()

    const status = await look()
    // Karmada has divided it as the policy now says
    expect(
      status.apps.find(({ app }) => app === 'nginx')?.copies.map(({ cluster, ready }) => [cluster, ready]),
    ).toEqual([
      ['oregon', 4],
      ['virginia', 2],
    ])
    const search = status.names.find(({ host }) => host === 'search.example.com')
    expect([search?.state, search?.why]).toEqual(['behind', 'the record oregon has the weight 1, and 9 is declared'])
    const drifts = await driftOf(there.ground)
    expect(named(drifts)).toEqual([
      'object changed PropagationPolicy tenant-web/nginx',
      expect.stringMatching(/^resource changed Nodegroup /),
      expect.stringMatching(/^resource changed RecordSet /),
      expect.stringMatching(/^resource missing SecurityGroupIngress /),
    ])
    expect(find(drifts, /^Nodegroup/).differences).toEqual([
      { path: '/ScalingConfig/DesiredSize', declared: '4', there: '3' },
    ])
    for (const drift of drifts) {
      expect(drift.takeWhatIsThere.length).toBeGreaterThan(0)
      await carryOut(drift.takeDeclaration)
    }
    expect(karmada.errors).toEqual([])
    await expectWell()
  })

  test('what a hand changes on a member Karmada itself puts back', { timeout: slow }, async () => {
    const virginia = await there.ground.api({ kind: 'cluster', name: 'virginia' })
    await virginia?.merge('/apis/apps/v1/namespaces/tenant-web/deployments/nginx', { spec: { replicas: 1 } })
    await there.settled()
    await expectWell()
  })

  test('a member that is cut off is armed for, cut, measured, and given back by another machine of the team', {
    timeout: slow,
  }, async () => {
    const before = standing()
    state().bucket('team')
    const ledger = 's3://team/skerry'
    const drill = drillOf('cut-virginia', [{ at: 0.1, region: 'us-east-1', lose: 'everything', for: 600 }])
    const options = { drill, skerry: '0', length: 1_200, say: () => undefined, lookEverySeconds: 1, outside, ledger }
    const world = realDrillWorld({ ground: there.ground, ...options })
    expect(await world.unrest(true)).toEqual([])
    await world.begin()
    const armed = state()
      .resources('AWS::Scheduler::Schedule')
      .map(({ region, properties }) => `${region} ${/aws-sdk:[^"]*/.exec(JSON.stringify(properties))?.[0]}`)
    expect(armed).toEqual(Array.from({ length: 2 }, () => 'us-east-1 aws-sdk:ec2:deleteNetworkAclEntry'))
    const cuts = (): number =>
      state()
        .resources('AWS::EC2::NetworkAcl')
        .filter(({ properties }) => /"RuleAction":"deny"/.test(JSON.stringify(properties))).length
    expect(cuts()).toBe(0)
    for (const fault of drill.faults) expect((await world.inject(fault)).kind).toBe('standIn')
    await world.until(1)
    expect(cuts()).toBe(1)
    expect((await world.timeline(1)).services.length).toBeGreaterThan(0)
    // its machine is gone; another has the ledger alone
    await world.close()
    const elsewhere = mkdtempSync(join(tmpdir(), 'skerry-elsewhere-'))
    try {
      const other = { ...there.ground, folder: elsewhere }
      expect((await realStatus(other, { ledger })).drill?.name).toBe('cut-virginia')
      expect(await giveBackLeft(other, () => undefined)).toBe(false)
      expect(await giveBackLeft(other, () => undefined, { ledger })).toBe(true)
    } finally {
      rmSync(elsewhere, { recursive: true, force: true })
    }
    expect(cuts()).toBe(0)
    expect(standing()).toEqual(before)
    // and the first machine learns that it was
    expect(await giveBackLeft(there.ground, () => undefined, { ledger })).toBe(false)
    await expectWell()
  })
})

describe('wavelength', () => {
  bringUp('wavelength')

  test('all is as wanted, and nothing drifts [seed 147]', { timeout: slow }, async () => {
    await expectWell()
    const { names, pools, controllers } = await look()
    expect(names.map(({ computed }) => computed?.answers.map(({ site, share }) => [site, share]))).toEqual([
      [
        ['boston', 3 / 12],
        ['new-york', 5 / 12],
        ['washington', 2 / 12],
        ['atlanta', 2 / 12],
      ],
    ])
    expect(pools).toHaveLength(5)
    expect(controllers.map(({ name, state: is }) => [name, is])).toEqual([
      ['coredns', 'asWanted'],
      ['aws-load-balancer-controller', 'asWanted'],
    ])
  })

  test('replicas, a group and an alarm changed by hand are named, and their commands settle them', {
    timeout: slow,
  }, async () => {
    const client = await there.ground.api({ kind: 'cluster', name: 'eks-wavelength' })
    await client?.merge('/apis/apps/v1/namespaces/wavelength1-namespace/deployments/frontend', {
      spec: { replicas: 0 },
    })
    const group = one('AWS::AutoScaling::AutoScalingGroup', (id) => id.includes('atlanta'))
    state().change(group.id, { MaxSize: '9' })
    const alarm = one('AWS::CloudWatch::Alarm', (_, properties) => properties.includes('new-york'))
    state().change(alarm.id, { Threshold: 0 })
    await there.settled()
    const { apps, fronts, names } = await look()
    expect(apps.find(({ app }) => app === 'frontend')?.copies.filter(({ state: is }) => is === 'behind')).toMatchObject(
      [{ site: 'boston', ready: 0, wanted: 2 }],
    )
    expect(fronts.filter(({ state: is }) => is !== 'asWanted').map(({ site, targets }) => [site, targets])).toEqual([
      ['boston', 0],
    ])
    expect([names[0]?.state, names[0]?.computed?.answers.map(({ site }) => site)]).toEqual([
      'behind',
      ['new-york', 'washington', 'atlanta'],
    ])
    const drifts = await driftOf(there.ground)
    expect(named(drifts)).toEqual([
      expect.stringMatching(/^object changed Deployment wavelength1-namespace/),
      expect.stringMatching(/^resource changed Alarm /),
      expect.stringMatching(/^resource changed AutoScalingGroup /),
    ])
    for (const { takeDeclaration } of drifts) await carryOut(takeDeclaration)
    await expectWell()
  })

  test('access, user data, capacity and a type that is not offered are each found where they are why nodes have not joined [seed 19, 143]', {
    timeout: slow,
  }, async () => {
    const entry = one('AWS::EKS::AccessEntry', (id) => id.includes('-boston-'))
    state().remove(entry.id)
    const templateOf = (site: string) =>
      one('AWS::EC2::LaunchTemplate', (_, properties) => {
        const data = /"UserData":"([^"]*)"/.exec(properties)?.[1] ?? ''
        return userData({ UserData: data }).includes(`skerry.dev/site=${site}`)
      })
    const newYork = templateOf('new-york')
    const told = String(at(newYork.properties, 'LaunchTemplateData', 'UserData'))
    const other = Buffer.from(userData({ UserData: told }).replaceAll('eks-wavelength', 'eks-other')).toString('base64')
    state().change(newYork.id, { LaunchTemplateData: { UserData: other } })
    const full = there.clouds.fake.plant({ kind: 'noCapacity', zone: 'us-east-1-wl1-was-wlz-1' })
    state().change(templateOf('atlanta').id, { LaunchTemplateData: { InstanceType: 'm5.large' } })
    await machinesAnew(/site=boston/, /site=new-york/, /site=washington/, /site=atlanta/)

    const status = await look()
    expect(status.pools.map(({ site, joined, state: is }) => [site, joined, is])).toEqual([
      ['region', 2, 'asWanted'],
      ...['boston', 'new-york', 'washington', 'atlanta'].map((site) => [site, 0, 'behind']),
    ])
    expect(['boston', 'new-york', 'washington', 'atlanta'].map((site) => foundAt(status, site))).toEqual([
      ['access'],
      ['bootstrap'],
      ['capacity'],
      ['notOffered'],
    ])
    const text = realStatusText(status)
    expect(text).toMatch(/why: the user data of the machines does not name eks-wavelength: they ask somebody else/)
    expect(text).toMatch(/why: \S+ cannot launch its machines: We currently do not have sufficient t3.medium capacity/)
    expect(text).toMatch(/why: m5.large is not offered in us-east-1-wl1-atl-wlz-1/)

    // each by the command that stands there
    const [entered] = settlesAt(status, 'boston')
    expect(entered).toMatch(/^aws eks create-access-entry .*--type EC2_LINUX$/)
    await carryOut([entered ?? ''])
    expect((await look()).pools.find(({ site }) => site === 'boston')?.state).toBe('asWanted')
    for (const site of ['new-york', 'atlanta'])
      expect(settlesAt(status, site).at(-1)).toMatch(/^skerry status --on real --drift/)
    const drifts = await driftOf(there.ground)
    expect(named(drifts)).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/^resource changed LaunchTemplate /)),
    )
    for (const { takeDeclaration } of drifts) await carryOut(takeDeclaration)
    full.lift()
    // a group tries again by itself; here somebody asks it to
    await machinesAnew(/eks-other/)
    for (const site of ['washington', 'atlanta']) {
      const group = one('AWS::AutoScaling::AutoScalingGroup', (id) => id.includes(site))
      await awsCli(
        there.clouds.fake.env,
        `aws autoscaling set-desired-capacity --region us-east-1 --auto-scaling-group-name ${group.id} --desired-capacity 2`,
      )
    }
    await there.settled()
    await expectWell()
  })

  test('a copy is scaled to 0, its front empties, and all is given back with nothing left', {
    timeout: slow,
  }, async () => {
    const before = standing()
    const drill = {
      ...drillOf('empty-boston', [{ at: 1, app: 'frontend', site: 'boston', scaleTo: 0, for: 2 }]),
      length: 5,
    }
    const { store } = there.cluster('eks-wavelength')
    const world = realDrillWorld({
      ...{
        ground: there.ground,
        drill,
        skerry: '0',
        length: 5,
        say: () => undefined,
        lookEverySeconds: 0.5,
        outside,
      },
    })
    const marks = new Set<unknown>()
    const result = await runLive(there.plan, drill, world, {
      pause: (milliseconds) => wait(milliseconds),
      tell: () => {
        for (const kind of ['Namespace', 'CronJob', 'Role', 'RoleBinding', 'ServiceAccount'])
          for (const { metadata } of store.all(kind))
            if (/skerry-drill|give-back/.test(`${metadata.namespace}${metadata.name}`))
              marks.add(at(metadata, 'annotations', 'skerry.dev/fleet'))
      },
    })
    await world.close()
    await there.settled()
    // all that was put there bore whose it is
    expect([...marks]).toEqual(['wavelength'])
    const said = (subject: string, what: string) =>
      result.timeline.events.filter((event) => event.subject === subject && event.what === what).map(({ to }) => to)
    expect(said('copy/frontend/boston', 'ready')).toEqual([2, 0, 2])
    expect(
      ['CronJob', 'Role', 'ServiceAccount']
        .flatMap((kind) => store.all(kind))
        .filter(({ metadata }) => metadata.name.includes('give-back')),
    ).toEqual([])
    expect(store.find('Namespace', undefined, 'skerry-drill')).toBeUndefined()
    expect(standing()).toEqual(before)
    await expectWell()
  })
})

describe('recovery', () => {
  bringUp('recovery')

  test('all is as wanted, and nothing drifts [seed 124, 130]', { timeout: slow }, async () => {
    await expectWell()
    const { flux, names } = await look()
    expect(flux.map(({ cluster, state: is, objects }) => [cluster, is, objects.length])).toEqual([
      ['eks-outposts', 'asWanted', 6],
      ['eks-localzone', 'asWanted', 6],
    ])
    expect(names.map(({ computed }) => computed?.answers)).toEqual([[{ id: 'outposts', site: 'outposts', share: 1 }]])
  })

  test('Flux suspended, a health check moved and a copy deleted by hand are named, and their commands settle them', {
    timeout: slow,
  }, async () => {
    const client = await there.ground.api({ kind: 'cluster', name: 'eks-outposts' })
    const { store } = there.cluster('eks-outposts')
    const apps = store.all('Kustomization').find(({ metadata }) => /game|apps/.test(metadata.name))
    if (apps === undefined) throw new Error('no Kustomization of the app')
    const path = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/${apps.metadata.name}`
    await client?.merge(path, { spec: { suspend: true } })
    await client?.delete('/apis/apps/v1/namespaces/game-2048/deployments/deployment-2048')
    const check = one('AWS::Route53::HealthCheck', (_, properties) => properties.includes('us-east-1.elb'))
    state().change(check.id, { HealthCheckConfig: { Port: 801 } })
    await there.settled()

    const status = await look()
    expect(status.flux.map(({ cluster, state: is }) => [cluster, is])).toEqual([
      ['eks-outposts', 'behind'],
      ['eks-localzone', 'asWanted'],
    ])
    expect(status.names[0]?.computed?.answers.map(({ site }) => site)).toEqual(['localzone'])
    const text = realStatusText(status)
    expect(text).toMatch(/game-2048 +1 of 2 ready: outposts 0 of 1, behind, localzone 1/)
    expect(text).toMatch(/eks-outposts: 6 of 6 ready, 1 suspended/)
    expect(text).toMatch(/health check of outposts: .*it asks port 801, and 80 is declared/)
    const drifts = await driftOf(there.ground)
    expect(named(drifts)).toEqual([
      expect.stringMatching(/^flux suspended Kustomization /),
      expect.stringMatching(/^resource changed HealthCheck /),
    ])
    const suspended = find(drifts, /^Kustomization/)
    expect(suspended.takeDeclaration).toEqual([
      `flux --context eks-outposts --namespace flux-system resume kustomization ${apps.metadata.name}`,
    ])
    // as flux resume does it
    await client?.merge(path, { spec: { suspend: false } })
    await carryOut(find(drifts, /^HealthCheck/).takeDeclaration)
    await expectWell()
  })

  test('a way out that is gone and a security group that admits nobody are found where they are why nodes have not joined', {
    timeout: slow,
  }, async () => {
    const subnet = one('AWS::EC2::Subnet', (_, properties) => properties.includes('10.30.21.0/24'))
    const table = one('AWS::EC2::SubnetRouteTableAssociation', (_, properties) => properties.includes(subnet.id))
    const route = one('AWS::EC2::Route', (id) => id.startsWith(String(table.properties.RouteTableId)))
    state().remove(route.id)
    const group = one('AWS::EC2::SecurityGroup', (_, properties) => properties.includes('eks-cluster-sg-eks-outposts'))
    group.attributes = { ...group.attributes, IngressRevoked: true }
    await machinesAnew(/site=localzone/, /site=outposts/)

    const status = await look()
    expect(status.pools.map(({ site, joined }) => [site, joined])).toEqual([
      ['outposts', 0],
      ['localzone', 0],
    ])
    expect(['outposts', 'localzone'].map((site) => foundAt(status, site))).toEqual([['securityGroup'], ['route']])
    expect(realStatusText(status)).toMatch(
      new RegExp(
        `why: ${subnet.id} has no way to the API and to the images: neither a default route nor private endpoints`,
      ),
    )
    const [admits] = settlesAt(status, 'outposts')
    expect(admits).toMatch(new RegExp(`^aws ec2 authorize-security-group-ingress .*--source-group ${group.id}$`))
    await carryOut([admits ?? ''])
    const drifts = await driftOf(there.ground)
    expect(named(drifts)).toEqual([expect.stringMatching(/^resource missing Route /)])
    for (const { takeDeclaration } of drifts) await carryOut(takeDeclaration)
    await expectWell()
  })

  test('a Deployment deleted by a drill is given back, Flux or not, and bears whose it is', {
    timeout: slow,
  }, async () => {
    const before = standing()
    const drill = drillOf('deleted', [{ at: 0.1, app: 'game-2048', site: 'outposts', delete: 'deployment', for: 600 }])
    const { store } = there.cluster('eks-outposts')
    const said: string[] = []
    const blind = { ...outside, status: async () => undefined }
    const world = realDrillWorld({
      ...{ ground: there.ground, drill, skerry: '0', length: 1_200, lookEverySeconds: 1, outside: blind },
      say: (line) => void said.push(line),
    })
    await world.begin()
    expect(store.find('CronJob', 'skerry-drill', 'give-back-1')).toBeDefined()
    for (const fault of drill.faults) await world.inject(fault)
    await world.until(0.5)
    await world.heal()
    // a machine that reaches nobody does not say that users were not served
    expect(said).toEqual([expect.stringMatching(/^warning: nobody was answered at www.example.com from this machine/)])
    expect((await world.timeline(1)).assumptions[0]).toMatch(/^nobody was answered at www.example.com/)
    await world.close()
    await there.settled()
    const given = store.find('Deployment', 'game-2048', 'deployment-2048')
    expect(at(given, 'metadata', 'annotations', 'skerry.dev/fleet')).toBe('recovery')
    expect(store.find('Namespace', undefined, 'skerry-drill')).toBeUndefined()
    expect(standing()).toEqual(before)
    await expectWell()
  })
})
