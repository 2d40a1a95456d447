// What people have done by hand to one copy while another deed of theirs is still in force there: what is put back is what was there before
// the first of them, and not before the last one is over; in between stands what the one that is left wants.

import type { KubeObject } from '../../kube/client.ts'
import type { Ground } from './ground.ts'
import { scalePathOf } from './hands.ts'
import type { Undo } from './journal.ts'
import type { Act } from './lowering.ts'

/** The oldest first. */
export interface InForce {
  readonly act: Act
  readonly undo: readonly Undo[]
}

type Scale = Extract<Undo, { kind: 'scale' }>

const scalesOf = (deeds: readonly InForce[], cluster: string, path: string) =>
  deeds.flatMap(({ act, undo }) =>
    undo.flatMap((one) =>
      act.kind === 'scale' && one.kind === 'scale' && one.cluster === cluster && one.path === path
        ? [{ before: one.replicas, wanted: act.replicas }]
        : [],
    ),
  )

/** As an undo that goes back behind everything that is in force. */
export function beforeAll(undo: Undo, deeds: readonly InForce[]): Undo {
  if (undo.kind === 'scale') {
    const [first] = scalesOf(deeds, undo.cluster, undo.path)
    return first === undefined ? undo : { ...undo, replicas: first.before }
  }
  if (undo.kind !== 'objects') return undo
  const { cluster } = undo
  const before = (path: string) => scalesOf(deeds, cluster, path)[0]?.before
  return { ...undo, objects: undo.objects.map((object) => withReplicas(object, before)) }
}

/** What the youngest that is left wants; undefined: nobody wants anything any more. */
export const wantedBy = (deeds: readonly InForce[], { cluster, path }: Scale): number | undefined =>
  scalesOf(deeds, cluster, path).at(-1)?.wanted

/** Objects that may come back, with the replicas that are wanted now; and those that somebody still wants away. */
export function comingBack(
  ground: Ground,
  deeds: readonly InForce[],
  of: Act,
  { cluster, objects }: Extract<Undo, { kind: 'objects' }>,
): { readonly now: readonly KubeObject[]; readonly later: readonly KubeObject[] } {
  const wanted = (path: string) => scalesOf(deeds, cluster, path).at(-1)?.wanted
  const isAway = (object: KubeObject): boolean =>
    deeds.some(
      ({ act }) =>
        act.kind === 'delete' &&
        act.cluster === cluster &&
        (act.object === 'namespace'
          ? ground.copyAt(act.app, act.site)?.namespace === (object.metadata.namespace ?? object.metadata.name)
          : act.app === of.app && act.site === of.site && kinds[act.object].includes(object.kind)),
    )
  return {
    now: objects.filter((object) => !isAway(object)).map((object) => withReplicas(object, wanted)),
    later: objects.filter(isAway),
  }
}

const kinds = { deployment: ['Deployment', 'StatefulSet'], service: ['Service'], ingress: ['Ingress'] }

function withReplicas(object: KubeObject, replicasAt: (path: string) => number | undefined): KubeObject {
  if (!kinds.deployment.includes(object.kind)) return object
  const replicas = replicasAt(scalePathOf(object))
  return replicas === undefined ? object : { ...object, spec: { ...(object.spec as object | undefined), replicas } }
}
