// What is looked at while a drill runs, beside its users: nodes, copies, front doors and health checks, as status sees them.

import { siteOfMember } from '../../../artefacts/workloads/copies.ts'
import type { Plan } from '../../../model/plan.ts'
import { checkSubject, clusterSubject, copySubject, doorSubject, nodeSubject } from '../../../timeline/subjects.ts'
import type { ClusterSaid } from '../status/clusters.ts'
import type { RealStatus } from '../status/status.ts'
import type { Noticed } from './story.ts'

export function noticedIn(plan: Plan, status: RealStatus, clusters: readonly ClusterSaid[]): readonly Noticed[] {
  return [
    ...clusters.flatMap(({ status: { name }, heard, api }): readonly Noticed[] => [
      {
        ...{ subject: clusterSubject(name), what: 'controlPlane', to: heard ? 'up' : 'down' },
        text: heard ? `the API of ${name} answers` : `the API of ${name} does not answer from here`,
      },
      // what a silent API said before is no news
      ...(heard ? (api?.nodes ?? []) : []).map(({ site, name: node, ready }) => ({
        ...{ subject: nodeSubject(site, node), what: 'ready', to: ready, site },
        text: `${name} says ${node} at ${site} is ${ready === 'True' ? 'Ready' : ready === 'Unknown' ? 'Unknown' : 'not Ready'}`,
      })),
    ]),
    ...status.apps.flatMap(({ app, copies }) =>
      copies.flatMap((copy): readonly Noticed[] => {
        const site = copy.site ?? siteOfMember(plan.fleet, copy.cluster)
        if (site === undefined || copy.state === 'notHeardOf') return []
        const about = { subject: copySubject(app, site), site, app }
        return [
          {
            ...about,
            what: 'ready',
            to: copy.ready,
            text: `the API counts ${copy.ready} pods of ${app} at ${site} ready`,
          },
          { ...about, what: 'replicas', to: copy.wanted, text: `${copy.wanted} pods of ${app} are wanted at ${site}` },
        ]
      }),
    ),
    ...status.fronts.flatMap(({ app, site, state, healthy, targets }): readonly Noticed[] =>
      state === 'notHeardOf'
        ? []
        : [
            {
              ...{ subject: doorSubject(app, site), what: 'healthyTargets', to: healthy, site, app },
              text: `the load balancer of ${app} at ${site} calls ${healthy} of ${targets} targets healthy`,
            },
          ],
    ),
    ...status.names.flatMap(({ app, checks }) =>
      checks.flatMap(({ site, healthy }): readonly Noticed[] =>
        healthy === undefined
          ? []
          : [
              {
                ...{ subject: checkSubject(app, site), what: 'healthy', to: healthy, site, app },
                text: `Route 53 calls ${app} at ${site} ${healthy ? 'healthy' : 'unhealthy'}`,
              },
            ],
      ),
    ),
  ]
}
