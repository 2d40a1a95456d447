// A version of an app that is not well, put where its template is: into the repository where Flux delivers it, into Karmada where a federation
// divides it, else into the Deployment of each of its copies. Where nobody answers it is tried again.

import type { KubeClient } from '../../kube/client.ts'
import type { Owner } from '../engine.ts'
import { outsideOf } from '../outside/outside-of.ts'
import type { Released } from './git.ts'
import { commitRelease } from './git.ts'
import type { Ground } from './ground.ts'
import type { Whereabouts } from './hands.ts'
import { release, templatesAt, whereaboutsOf } from './hands.ts'
import type { Undo } from './journal.ts'
import { deliveredByGit } from './lowering.ts'
import type { FaultsOptions } from './port.ts'
import { inTime } from './serial.ts'

type Version = 'broken' | 'crashing'

type Place =
  | { readonly kind: 'templates'; readonly key: string; readonly owner: Owner; readonly where: Whereabouts }
  | { readonly kind: 'commit'; readonly key: string; readonly released: Released }

export interface Releases {
  /** What is to be everywhere by now. */
  review(wanted: ReadonlyMap<string, Version>, fault: string): Promise<void>
  again(): Promise<void>
}

export interface ReleasesOptions extends Pick<FaultsOptions, 'layout' | 'ledger' | 'folder' | 'speed' | 'say'> {
  readonly ground: Ground
  readonly note: (fault: string, wanted: readonly (readonly [key: string, undo: Undo])[]) => void
  readonly crossOut: (keys: readonly string[]) => void
  readonly reaches: (owner: Owner) => boolean
  readonly client: (owner: Owner) => KubeClient
}

export function releases(options: ReleasesOptions): Releases {
  const { ground, note, crossOut, reaches, client, say } = options
  /** By place. */
  const there = new Map<string, Version>()
  const noted = new Map<string, readonly string[]>()
  const apps = new Set<string>()
  let wanted: ReadonlyMap<string, Version> = new Map()
  let title = ''

  async function put(place: Place, version: Version | undefined): Promise<void> {
    if (there.get(place.key) === version) return
    if (place.kind === 'commit') {
      note(title, [[place.key, { kind: 'commit', ...place.released }]])
      await commitRelease(place.released, version)
      if (version === undefined) crossOut([place.key])
    } else {
      if (!reaches(place.owner)) return
      const to = client(place.owner)
      const paths = await inTime(templatesAt(to, place.where))
      const entries = paths.map(
        (path) => [`release ${place.key} ${path}`, { kind: 'release', owner: place.owner, path }] as const,
      )
      if (version !== undefined) {
        note(title, entries)
        noted.set(
          place.key,
          entries.map(([key]) => key),
        )
      }
      for (const path of paths) await inTime(release(to, path, version ?? null))
      if (version === undefined) crossOut(noted.get(place.key) ?? [])
    }
    if (version === undefined) there.delete(place.key)
    else there.set(place.key, version)
  }

  async function again(): Promise<void> {
    for (const app of apps) {
      const version = wanted.get(app)
      for (const place of placesOf(options, app))
        try {
          await put(place, version)
        } catch (error) {
          say(`the release of ${app}: ${error instanceof Error ? error.message : String(error)}`)
        }
    }
  }

  return {
    review: async (all, fault) => {
      wanted = all
      title = fault
      for (const app of all.keys()) apps.add(app)
      if (apps.size > 0) await again()
    },
    again,
  }

  function placesOf({ layout, ledger, folder, speed }: ReleasesOptions, app: string): readonly Place[] {
    const { fleet, plan } = ground
    const copies = plan.placement.filter((row) => row.app === app)
    const direct = copies.filter(
      ({ federation, cluster }) => federation === undefined && !deliveredByGit(ground, cluster),
    )
    const delivered = copies.filter(
      ({ federation, cluster }) => federation === undefined && deliveredByGit(ground, cluster),
    )
    const divided = new Map(
      copies.flatMap((copy) => (copy.federation === undefined ? [] : [[`${copy.federation} ${copy.namespace}`, copy]])),
    )
    const repository =
      delivered.length === 0 ? undefined : outsideOf(layout, ledger.state().ports, { folder, speed }).repositories?.git
    const names = delivered.flatMap((copy) => whereaboutsOf(ground, copy).names)
    return [
      ...direct.map((copy): Place => {
        const owner: Owner = { kind: 'cluster', name: copy.cluster }
        return {
          kind: 'templates',
          key: `${app} ${copy.cluster} ${copy.namespace}`,
          owner,
          where: whereaboutsOf(ground, copy),
        }
      }),
      ...[...divided.values()].map((copy): Place => {
        const owner: Owner = { kind: 'federation', name: copy.federation ?? '' }
        return {
          kind: 'templates',
          key: `${app} ${owner.name} ${copy.namespace}`,
          owner,
          where: whereaboutsOf(ground, copy),
        }
      }),
      ...(repository === undefined
        ? []
        : [
            {
              kind: 'commit',
              key: `commit ${app}`,
              released: {
                ...{ repository, branch: fleet.gitops?.branch ?? 'main' },
                names: [...new Set([...names, app])],
                namespaces: [...new Set(delivered.map(({ namespace }) => namespace))],
              },
            } as const,
          ]),
    ]
  }
}
