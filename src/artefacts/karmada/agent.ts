// On each member that pulls: the agent, which opens the connection itself. Its credentials are in a Secret that `up` puts there.
// Source: Karmada v1.18.2, artifacts/agent, cmd/agent/app/agent.go.

import type { Federation } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { everything } from './join.ts'
import { endpointOf, memberName as me, membersOf, memberTarget as targetOf } from './members.ts'
import { karmadaVersion, systemNamespace } from './names.ts'

export function agentBundles(plan: Plan, ground: Ground): readonly Bundle[] {
  return plan.fleet.federations.flatMap((federation) => {
    const members = membersOf(plan, ground, federation).filter(({ sync }) => sync === 'pull')
    if (members.length === 0) return []
    return [
      {
        name: plan.fleet.federations.length > 1 ? `karmada-agent-${federation.name}` : 'karmada-agent',
        // nothing waits for it: a member that is cut off from Karmada goes on taking what its own Flux brings
        layer: 'apps',
        namespace: systemNamespace,
        base: [
          {
            file: 'namespace.yaml',
            objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } }],
          },
          {
            file: 'account.yaml',
            objects: [
              { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: agent, namespace: systemNamespace } },
              ...everything(agent, { name: agent, namespace: systemNamespace }),
            ],
          },
          { file: 'deployment.yaml', objects: [agentDeployment(federation)] },
          { file: 'pod-disruption-budget.yaml', objects: [agentBudget] },
        ],
        overlays: [],
        targets: members.map((member) =>
          targetOf(member, {
            karmada_region: member.region ?? '',
            karmada_zones: member.zones.join(','),
            karmada_provider: member.provider ?? '',
            karmada_endpoint: member.cluster.eksAnywhere?.endpoint === undefined ? '' : endpointOf(member.cluster),
          }),
        ),
        needs: [],
      } satisfies Bundle,
    ]
  })
}

const agent = 'karmada-agent'
const agentLabels = { app: agent }

/** A variable of Flux, with the value of the member. */
const given = (what: 'endpoint' | 'provider' | 'region' | 'zones'): string => `\${karmada_${what}}`

/** An empty flag counts as none given (cmd/agent/app/agent.go), so that one base serves every member. */
const agentDeployment = ({ version }: Federation): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: agent, namespace: systemNamespace, labels: agentLabels },
  spec: {
    replicas: 2,
    selector: { matchLabels: agentLabels },
    template: {
      metadata: { labels: agentLabels },
      spec: {
        serviceAccountName: agent,
        priorityClassName: 'system-node-critical',
        containers: [
          {
            name: agent,
            image: `docker.io/karmada/karmada-agent:v${(version ?? karmadaVersion).replace(/^v/, '')}`,
            imagePullPolicy: 'IfNotPresent',
            env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
            command: [
              '/bin/karmada-agent',
              '--karmada-kubeconfig=/etc/karmada/config/karmada.config',
              `--cluster-name=${me}`,
              `--cluster-api-endpoint=${given('endpoint')}`,
              `--cluster-provider=${given('provider')}`,
              `--cluster-region=${given('region')}`,
              `--cluster-zones=${given('zones')}`,
              '--metrics-bind-address=$(POD_IP):8080',
              '--health-probe-bind-address=$(POD_IP):10357',
            ],
            livenessProbe: {
              httpGet: { path: '/healthz', port: 10357, scheme: 'HTTP' },
              failureThreshold: 3,
              initialDelaySeconds: 15,
              periodSeconds: 15,
              timeoutSeconds: 5,
            },
            ports: [{ name: 'metrics', containerPort: 8080 }],
            volumeMounts: [{ name: 'karmada-config', mountPath: '/etc/karmada/config', readOnly: true }],
          },
        ],
        volumes: [{ name: 'karmada-config', secret: { secretName: 'karmada-agent-config' } }],
      },
    },
  },
})

const agentBudget: KubernetesObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: agent, namespace: systemNamespace },
  spec: { maxUnavailable: 1, selector: { matchLabels: agentLabels } },
}
