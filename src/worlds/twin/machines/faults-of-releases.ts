// A version of an app that is not well, released: it reaches every copy that nothing holds back.

import { lookup } from '../../../model/lookup.ts'
import { assert } from '../../../model/refusal.ts'
import { appSubject } from '../../../timeline/subjects.ts'
import { copyAt, placementOf } from '../build.ts'
import type { Cause, Release, World } from '../state.ts'
import type { Effect } from './effect.ts'
import { reviewWorks } from './karmada-works.ts'
import { followsBranch, spread } from './releases.ts'

export function releaseEffect(world: World, name: string, version: Release): Effect {
  const app = lookup(world.fleet).app(name)
  assert(app !== undefined, `no app ${name}`)
  world.tell.wanted(app)
  // rings that are pinned to another revision are at rest, and stay unbuilt
  for (const { site, federation } of placementOf(world.plan).byApp.get(name) ?? []) {
    const at = lookup(world.fleet).site(site)
    if (federation === undefined && at !== undefined && followsBranch(world.fleet, at)) copyAt(world, name, site)
  }
  const goOut = (cause: Cause, change: (held: readonly Release[]) => readonly Release[]): void => {
    world.releases.set(name, change(world.releases.get(name) ?? []))
    for (const federation of world.federations.values()) {
      for (const binding of federation.bindings) if (binding.app === app) reviewWorks(world, federation, binding, cause)
    }
    spread(world, app, cause)
  }
  return {
    subject: appSubject(name),
    what: 'release',
    from: 'present',
    to: version,
    text: `a version of ${name} is released that ${version === 'broken' ? 'never becomes ready' : 'becomes ready and then crashes'}`,
    back: `the release of ${name} is taken back`,
    app: name,
    begin: (cause) => goOut(cause, (held) => [...held, version]),
    end: (cause) => goOut(cause, (held) => held.toSpliced(held.lastIndexOf(version), 1)),
  }
}
