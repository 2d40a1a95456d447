// The failover of an app off a member that is itself well: whether Karmada does it at all, whether it knows the health of what it is to
// watch, and whether there is somewhere to go.

import { durationText } from '../../model/duration.ts'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet, Manifest } from '../../model/fleet.ts'
import { source } from '../../places/index.ts'
import { defaultTolerationSeconds } from '../../timers/index.ts'
import type { FederatedPlacement } from '../federation.ts'
import { federatedPlacements, listed } from '../federation.ts'
import { federated } from './federation-example.ts'

const controller = 'pkg/controllers/applicationfailover/rb_application_failover_controller.go'
const moving = 'division: weighted, failover: { unhealthyFor: 2m }'
const on = 'failover: { after: 60s }'

type Watched = FederatedPlacement & { readonly failover: NonNullable<FederatedPlacement['placement']['failover']> }

const watched = (fleet: Fleet): readonly Watched[] =>
  federatedPlacements(fleet).flatMap((one) => {
    const { failover } = one.placement
    return failover === undefined ? [] : [{ ...one, failover }]
  })

const gateOn: Rule = {
  code: 'KM029',
  severity: 'error',
  title: 'An app that is moved when it is unhealthy is in a federation whose feature gate Failover is on',
  why: 'The controller that moves it starts with that gate, which is off by default; the policy is taken all the same, and nothing happens.',
  sources: [`${source.KMD}: pkg/features/features.go:162-184, cmd/controller-manager/app/controllermanager.go:828`],
  seeds: [88],
  example: { wrong: federated({ placement: moving }), right: federated({ federation: on, placement: moving }) },
  check: (fleet) =>
    watched(fleet).flatMap(({ placement, federation }): Hit[] =>
      federation.failover?.featureGate === true
        ? []
        : [
            {
              origin: placement.origin,
              field: 'failover',
              found: `is said, and ${federation.name} ${federation.failover === undefined ? 'has no failover' : 'has the gate off'}`,
              fix:
                federation.failover === undefined
                  ? `declare failover: { after: 60s } for ${federation.name}`
                  : `leave featureGate out of the failover of ${federation.name}`,
            },
          ],
    ),
}

/** Workloads without a health that Karmada reads; of other kinds that it does not know it says that they are healthy. */
const blind = new Set(['Job', 'CronJob', 'ReplicationController'])
const read = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod'])

const workloads = (manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.filter(({ kind }) => blind.has(kind) || read.has(kind))

const healthRead: Rule = {
  code: 'KM030',
  severity: 'error',
  title: 'An app that is moved when it is unhealthy is of a kind whose health Karmada reads',
  why: 'What Karmada has no interpreter for it holds healthy, whatever becomes of it: it is never moved.',
  sources: [
    `${source.KMD}: ${controller}:219-243, pkg/controllers/status/work_status_controller.go:393, pkg/resourceinterpreter/default/native/healthy.go:33`,
  ],
  example: {
    wrong: `${federated({ federation: on, placement: moving, source: '{ manifests: game.yaml }' })}---
apiVersion: batch/v1
kind: CronJob
metadata: { name: game }
`,
    right: federated({ federation: on, placement: moving }),
  },
  check: (fleet) =>
    watched(fleet).flatMap(({ placement }): Hit[] => {
      const kinds = workloads(placement.manifests)
      if (kinds.length === 0 || kinds.some(({ kind }) => read.has(kind))) return []
      return [
        {
          origin: placement.origin,
          field: 'failover',
          found: `is said of ${listed([...new Set(kinds.map(({ kind }) => `a ${kind}`))])}, whose health Karmada does not read`,
          fix: 'leave it out, or run it as a Deployment or a StatefulSet',
        },
      ]
    }),
}

const somewhereToGo: Rule = {
  code: 'KM031',
  severity: 'error',
  title: 'An app that is moved when it is unhealthy may run on another member',
  why: 'It is taken off the only member that fits, its own copy is deleted there when the grace is over, and made anew in the same place: an outage of its own.',
  sources: [`${source.KMD}: ${controller}:89-149, pkg/controllers/gracefuleviction/evictiontask.go:60-113`],
  example: {
    wrong: federated({ federation: on, placement: `${moving}, members: { clusters: [west] }, tolerateLoss: forever` }),
    right: federated({ federation: on, placement: moving }),
  },
  check: (fleet) =>
    watched(fleet).flatMap(({ placement, division, eligible }): Hit[] => {
      const at = { origin: placement.origin, field: 'failover' }
      if (eligible.length === 1)
        return [
          {
            ...at,
            found: `is said of what may run on ${eligible[0]?.name} alone`,
            fix: 'leave it out, or let it run on a second member',
          },
        ]
      if (eligible.length === 0 || division !== 'duplicated') return []
      return [
        {
          ...at,
          found: 'is said of what every member has already',
          fix: 'leave it out, or divide the replicas',
          severity: 'warning',
          why: 'There is nothing to move: the copy is deleted on its member and put back there, over and over while it is unhealthy.',
        },
      ]
    }),
}

const oldCopy: Rule = {
  code: 'KM032',
  severity: 'error',
  title: 'A grace period is said where the old copy is purged gracefully',
  why: 'Karmada refuses the policy: the period counts with purge gracefully alone.',
  sources: [`${source.KMD}: pkg/util/validation/validation.go:342, pkg/util/helper/policy.go:130-137`],
  example: {
    wrong: federated({
      federation: on,
      placement: 'division: weighted, failover: { purge: directly, gracePeriod: 5m }',
    }),
    right: federated({ federation: on, placement: 'division: weighted, failover: { gracePeriod: 5m }' }),
  },
  check: (fleet) =>
    watched(fleet).flatMap(({ placement, failover }): Hit[] => {
      const { origin } = placement
      if (failover.purge !== 'gracefully' && failover.gracePeriod !== undefined)
        return [
          {
            origin,
            field: 'failover/gracePeriod',
            found: `is said with purge: ${failover.purge}`,
            fix: 'leave it out, or use purge: gracefully',
          },
        ]
      if (failover.purge !== 'never') return []
      return [
        {
          origin,
          field: 'failover/purge',
          found: 'is never',
          fix: 'use gracefully, unless somebody looks at each old copy',
          severity: 'warning',
          why: 'The old copy stays until somebody says otherwise in the binding; should it become healthy, both run, and its member gets nothing new meanwhile.',
        },
      ]
    }),
}

const startsInTime: Rule = {
  code: 'KM033',
  severity: 'error',
  title: 'An app has started before it counts as unhealthy for too long',
  why: 'A copy that starts is unhealthy until it is ready: moved, it is moved on again before it has started, from member to member.',
  sources: [`${source.KMD}: ${controller}:89-149, pkg/resourceinterpreter/default/native/healthy.go:47`],
  example: {
    wrong: federated({ federation: on, placement: moving, app: ['startup: 3m'] }),
    right: federated({ federation: on, placement: moving, app: ['startup: 30s'] }),
  },
  check: (fleet) =>
    watched(fleet).flatMap(({ app, placement, failover }): Hit[] =>
      failover.unhealthyFor > app.startup
        ? []
        : [
            {
              origin: placement.origin,
              field: 'failover/unhealthyFor',
              found: `is ${durationText(failover.unhealthyFor)}, and ${app.name} starts in ${durationText(app.startup)}`,
              fix: `use ${durationText(2 * Math.max(30, app.startup))} or more`,
            },
          ],
    ),
}

/** From a node that is lost to pods marked for deletion, besides the toleration: detection, marking, and their requests. */
const beforeReplacement = 60

const patientEnough: Rule = {
  code: 'KM034',
  severity: 'warning',
  title: 'An app is not moved while Kubernetes still replaces the pods of one lost node',
  why: 'One node lost makes the copy unhealthy until its pods run on another one, five minutes and more later; until then the whole of it has been moved to another member.',
  sources: [
    `${source.KMD}: ${controller}:89-149, pkg/apis/policy/v1alpha1/propagation_types.go:425-431`,
    'kubernetes v1.36.3 plugin/pkg/admission/defaulttolerationseconds/admission.go:44',
  ],
  example: {
    wrong: federated({ federation: on, placement: 'division: weighted, failover: {}' }),
    right: federated({ federation: on, placement: 'division: weighted, failover: { unhealthyFor: 8m }' }),
  },
  check: (fleet) =>
    watched(fleet).flatMap(({ app, placement, failover, eligible }): Hit[] => {
      const stays = Math.max(
        0,
        ...eligible.map(
          ({ tolerations }) => app.tolerations?.unreachable ?? tolerations?.unreachable ?? defaultTolerationSeconds,
        ),
      )
      const needed = stays + beforeReplacement + app.startup
      return failover.unhealthyFor >= needed || failover.unhealthyFor <= app.startup
        ? []
        : [
            {
              origin: placement.origin,
              field: 'failover/unhealthyFor',
              found: `is ${durationText(failover.unhealthyFor)}, and a lost node is made good after ${durationText(needed)}`,
              fix: `use ${durationText(Math.ceil((needed + 60) / 60) * 60)} or more, or shorter tolerations of the app`,
            },
          ]
    }),
}

export const federationAppRules: readonly Rule[] = [
  gateOn,
  healthRead,
  somewhereToGo,
  oldCopy,
  startsInTime,
  patientEnough,
]
