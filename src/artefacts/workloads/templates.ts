// An app as the template that a federation copies to its members: the same objects without what belongs to one site. What a single member
// needs besides comes by an override, and the namespace by a policy of its own.

import type { App, Fleet, Placement } from '../../model/fleet.ts'
import type { Ground } from '../../plan/ground.ts'
import { groundOf } from '../../plan/ground.ts'
import type { BundleFile } from '../bundle.ts'
import { askedEverywhere } from './asked.ts'
import { mayHold } from './candidates.ts'
import { carried, intoNamespace, withoutNamespace } from './carry.ts'
import { sourceFiles } from './source.ts'

/** Each object says the namespace of the copy. */
export function templateFiles(
  fleet: Fleet,
  app: App,
  placement: Placement,
  ground: Ground = groundOf(fleet),
): readonly BundleFile[] {
  const federation = fleet.federations.find(({ name }) => name === placement.federation)
  const members = (federation?.memberClusters ?? [])
    .flatMap((name) => ground.find.cluster(name) ?? [])
    .filter((cluster) => mayHold(placement, cluster, cluster.region))
  const files = carried({
    files: withoutNamespace(sourceFiles(app, placement), placement.namespace),
    asked: askedEverywhere(ground, app, placement, members),
    home: placement.namespace,
    namespace: undefined,
  })
  return intoNamespace(files, placement.namespace)
}
