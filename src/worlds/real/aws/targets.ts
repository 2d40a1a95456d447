// The nodes of a federation's host behind the load balancer of Karmada: the Auto Scaling group of a managed node group has no name that a
// template could ask for, so it is attached when both are there.

import { AttachTrafficSourcesCommand, DescribeTrafficSourcesCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeNodegroupCommand } from '@aws-sdk/client-eks'
import { stackNames } from '../../../artefacts/cloudformation/names.ts'
import { asRecord, asText } from '../../../artefacts/cloudformation/values.ts'
import { lookup } from '../../../model/lookup.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { Ground } from '../ground.ts'
import type { Work } from '../work.ts'
import { awsRefusal } from './errors.ts'
import { outputsOf, stackOf } from './stack-state.ts'

export function targetWork({ plan, aws }: Ground): readonly Work[] {
  const named = stackNames(plan.fleet.name)
  const find = lookup(plan.fleet)
  return plan.steps
    .filter(
      ({ kind, change, intent }) =>
        kind === 'federation.start' && change !== 'remove' && asRecord(intent.endpoint).kind === 'networkLoadBalancer',
    )
    .flatMap((step): readonly Work[] => {
      const host = find.cluster(step.subject.cluster)
      const federation = step.subject.federation ?? ''
      const pools = find.poolsIn(host?.name ?? '').filter(({ kind }) => kind === 'managed')
      if (host?.region === undefined || pools.length === 0) return []
      const at = { account: host.account ?? find.network(host.network)?.account, region: host.region }
      const stack = named.karmada(federation)
      return [
        {
          id: `targets/${federation}`,
          title: `Put the nodes of ${host.name} behind the load balancer of Karmada`,
          steps: [step.id],
          needs: [`stack/${stack}`],
          needsOneOf: pools.map((pool) => `stack/${named.nodes(pool.site, pool.name)}`),
          at: at.region,
          run: async () => {
            try {
              const found = await stackOf(aws.cloudFormation(at), stack)
              const targetGroup = found === undefined ? undefined : outputsOf(found).KarmadaTargetGroupArn
              if (targetGroup === undefined)
                throw new Refusal('world', `the stack ${stack} does not name its target group`, 'run this again')
              let changed = false
              for (const { name } of pools) {
                const { nodegroup } = await aws
                  .eks(at)
                  .send(new DescribeNodegroupCommand({ clusterName: host.name, nodegroupName: name }))
                for (const { name: group = '' } of nodegroup?.resources?.autoScalingGroups ?? []) {
                  const { TrafficSources = [] } = await aws
                    .autoScaling(at)
                    .send(new DescribeTrafficSourcesCommand({ AutoScalingGroupName: group }))
                  if (
                    TrafficSources.some(
                      ({ Identifier, State }) => Identifier === targetGroup && !asText(State).startsWith('Remov'),
                    )
                  )
                    continue
                  await aws.autoScaling(at).send(
                    new AttachTrafficSourcesCommand({
                      AutoScalingGroupName: group,
                      TrafficSources: [{ Identifier: targetGroup, Type: 'elbv2' }],
                    }),
                  )
                  changed = true
                }
              }
              return { kind: 'done', changed }
            } catch (error) {
              throw awsRefusal(error, `the nodes of ${host.name} cannot be put behind the load balancer of Karmada`)
            }
          },
        },
      ]
    })
}
