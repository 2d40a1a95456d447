// Clusters that existed before the fleet: they stay, and are somebody's. What goes onto them, and is taken off them, is told before it is asked.

import type { Plan } from '../../../model/plan.ts'
import { counted, listed } from '../../../model/words.ts'
import { appCharts } from './app-charts.ts'
import { scopesOf } from './apps.ts'
import { stepsOf } from './plan-steps.ts'

/** Of each existing cluster one line: `parent: 12 objects, the chart aws-load-balancer-controller and Karmada of plant`. */
export function onExistingClusters(plan: Plan): readonly string[] {
  const { fleet } = plan
  const scopes = scopesOf(plan)
  const charts = appCharts(plan)
  return fleet.clusters
    .filter(({ kind }) => kind === 'existing')
    .map(({ name, existing }) => {
      const hosted = fleet.federations.filter(({ host }) => host === name)
      const objects = scopes
        .filter(({ api }) => (api.kind === 'cluster' ? api.name === name : hosted.some((it) => it.name === api.name)))
        .reduce((sum, scope) => sum + scope.objects.length, 0)
      const releases = [
        ...stepsOf(plan)
          .ofCluster(name)
          .filter(({ kind, intent }) => kind === 'addon' && (intent.by === 'helm' || intent.chart !== undefined))
          .map(({ subject }) => subject.addon ?? ''),
        ...charts.filter(({ cluster }) => cluster === name).map(({ release }) => release),
      ]
      const what = [
        counted(objects, 'object'),
        ...releases.map((release) => `the chart ${release}`),
        ...(stepsOf(plan).served.has(name) ? ['Flux'] : []),
        ...hosted.map((it) => `Karmada of ${it.name}`),
        ...fleet.federations
          .filter(({ memberClusters }) => memberClusters.includes(name))
          .map((it) => `what makes it a member of ${it.name}`),
      ]
      const context = existing?.context
      return `${name}${context === undefined || context === name ? '' : ` (context ${context})`}: ${listed(what)}`
    })
}
