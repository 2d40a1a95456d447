// The front doors of all copies, with what they know: for each cluster the truth and, for each of its sites, what is heard there. What is
// known is shared by all doors of a cluster.

import { readFileSync } from 'node:fs'
import type { Credentials } from '../../../kube/client.ts'
import type { Patience } from '../../../kube/watch.ts'
import { asClientGo, eager } from '../../../kube/watch.ts'
import { pkiFiles } from '../../engines/control-plane.ts'
import type { Part, Surroundings } from '../part.ts'
import type { DoorConfig, SiteWay } from './config.ts'
import type { Door, DoorState } from './door.ts'
import { doorOf } from './door.ts'
import type { Timing } from './timing.ts'
import { realTiming } from './timing.ts'
import type { Truth } from './truth.ts'
import { truthOf } from './truth.ts'
import type { View, Watched } from './view.ts'
import { viewOf } from './view.ts'

export interface DoorsConfig {
  /** The folder of the certificates with which API servers are asked. */
  readonly pki: string
  readonly doors: readonly DoorConfig[]
}

export interface DoorsPart extends Part<DoorsConfig> {
  state(): readonly DoorState[]
}

interface Known {
  readonly api: View
  readonly truth: Truth
  ways: readonly SiteWay[]
  /** By port. */
  readonly heard: Map<number, View>
  readonly doors: Map<string, Open>
}

interface Open {
  /** As it was given. */
  readonly text: string
  readonly door: Door
}

/** How often those are looked at that wait for nothing but time. */
const sweepMs = 250

export function doors(
  surroundings: Surroundings,
  timing: Timing = realTiming,
  patience: { readonly api: Patience; readonly site: Patience } = { api: eager, site: asClientGo },
): DoorsPart {
  /** By the port of the API server. */
  const clusters = new Map<number, Known>()
  let credentials: { readonly pki: string; readonly held: Credentials } | undefined
  let turn: Promise<void> = Promise.resolve()
  let order: readonly string[] = []

  const review = (known: Known): void => {
    known.truth.review()
    for (const { door } of known.doors.values()) door.review()
  }
  const sweep = setInterval(() => {
    for (const known of clusters.values()) if (known.truth.waits()) review(known)
  }, sweepMs)
  sweep.unref()

  function know(port: number, given: Credentials): Known {
    const known = clusters.get(port)
    if (known !== undefined) return known
    const api = viewOf({ port, credentials: given }, patience.api, ['pods', 'nodes'], {
      changed: () => review(made),
      nodeHeard: () => made.truth.otherwise(),
      podHeard: (pod) => made.truth.podHeard(pod),
      podGone: (pod) => made.truth.podGone(pod),
      say: surroundings.say,
    })
    const made: Known = {
      api,
      ways: [],
      heard: new Map(),
      doors: new Map(),
      truth: truthOf({
        api,
        ways: () => made.ways,
        hears: (site) => heardAt(made, site)?.inTouch() !== false,
        conditions: surroundings.conditions,
        timing,
        speed: surroundings.speed,
      }),
    }
    clusters.set(port, made)
    return made
  }

  const heardAt = (known: Known, site: string): View | undefined => {
    const port = known.ways.find((way) => way.site === site)?.port
    return port === undefined ? undefined : known.heard.get(port)
  }

  async function forget(known: Known): Promise<void> {
    await Promise.all([...known.doors.values()].map(({ door }) => door.close()))
    for (const view of [known.api, ...known.heard.values()]) view.close()
  }

  async function configure({ pki, doors: wanted }: DoorsConfig): Promise<void> {
    if (wanted.length > 0 && credentials?.pki !== pki) credentials = { pki, held: credentialsIn(pki) }
    for (const [port, known] of clusters) {
      if (wanted.some(({ api }) => api === port)) continue
      clusters.delete(port)
      await forget(known)
    }
    order = wanted.map(keyOf)
    const texts = new Map(wanted.map((config) => [keyOf(config), JSON.stringify(config)]))
    // addresses are given up before others take them
    for (const [port, known] of clusters)
      for (const [key, { text, door }] of known.doors)
        if (texts.get(key) !== text || !wanted.some((config) => keyOf(config) === key && config.api === port)) {
          known.doors.delete(key)
          await door.close()
        }
    for (const config of wanted) {
      if (credentials === undefined) break
      const { held } = credentials
      const known = know(config.api, held)
      known.ways = waysOf(wanted, config.api)
      for (const { site, port } of known.ways) {
        if (known.heard.has(port)) continue
        const view = viewOf({ port, credentials: held }, patience.site, partsAt(site, config), {
          changed: () => review(known),
          say: surroundings.say,
        })
        known.heard.set(port, view)
      }
      for (const [port, view] of known.heard)
        if (!known.ways.some((way) => way.port === port)) {
          known.heard.delete(port)
          view.close()
        }
      if (known.doors.has(keyOf(config))) continue
      const door = await doorOf({
        config,
        truth: known.truth,
        viewOf: (site) => heardAt(known, site),
        ...{ surroundings, timing },
      })
      known.doors.set(keyOf(config), { text: texts.get(keyOf(config)) ?? '', door })
    }
    for (const known of clusters.values()) {
      for (const { door } of known.doors.values()) door.pointed()
      review(known)
    }
  }

  return {
    configure: (config) => {
      turn = turn.catch(() => undefined).then(() => configure(config))
      return turn
    },
    conditionsChanged: () => {
      for (const known of clusters.values()) {
        known.truth.otherwise()
        review(known)
      }
    },
    state: () => {
      const all = new Map([...clusters.values()].flatMap((known) => [...known.doors]))
      return order.flatMap((key) => all.get(key)?.door.state() ?? [])
    },
    close: async () => {
      clearInterval(sweep)
      await turn.catch(() => undefined)
      await Promise.all([...clusters.values()].map(forget))
      clusters.clear()
    },
  }
}

const keyOf = ({ app, site }: DoorConfig): string => `${app}/${site}`

const waysOf = (all: readonly DoorConfig[], api: number): readonly SiteWay[] => [
  ...new Map(
    all.filter((config) => config.api === api).flatMap(({ ways }) => ways.map((way) => [way.site, way] as const)),
  ).values(),
]

/** Proxies follow the endpoints alone; all of a cluster's controllers run at the same sites. */
const partsAt = (site: string, { controllers }: DoorConfig): readonly Watched[] =>
  controllers.includes(site) ? ['pods', 'nodes', 'slices', 'ingresses'] : ['slices']

function credentialsIn(folder: string): Credentials {
  const files = pkiFiles(folder)
  const text = (file: string): string => readFileSync(file, 'utf8')
  return { ca: text(files.ca), cert: text(files.admin), key: text(files.adminKey) }
}
