// What is looked at when a step is done.

import type { Fleet } from '../../model/fleet.ts'
import type { PlannedStep } from '../../model/plan.ts'
import { fleetValue } from '../fleet-values.ts'
import { plainName, text } from './text.ts'

export function lookCommands({ intent, subject, id }: PlannedStep, fleet: Fleet): readonly string[] {
  const cluster = subject.cluster ?? ''
  const of = text(intent.of)
  if (typeof intent.command === 'string') return [intent.command]
  if (id.startsWith('verify/nodes-ready/')) return [`kubectl --context ${cluster} get nodes --watch`]
  if (id.startsWith('verify/node-role/')) {
    const region = fleet.clusters.find((it) => it.name === cluster)?.region
    return [
      `aws eks list-access-entries${region === undefined ? '' : ` --region ${region}`} --cluster-name ${cluster}`,
      ...(text(intent.in).includes('aws-auth')
        ? [`kubectl --context ${cluster} --namespace kube-system get configmap aws-auth --output yaml`]
        : []),
    ]
  }
  if (id.startsWith('verify/controller/'))
    return [
      `kubectl --context ${cluster} --namespace ${text(intent.namespace)} wait deployment/${text(intent.deployment)} --for=condition=Available --timeout=5m`,
    ]
  if (id.startsWith('verify/placed/'))
    return [`kubectl --context ${cluster} --namespace ${text(intent.namespace)} get ingress,pods,services`]
  if (id.startsWith('verify/answers/'))
    return [
      `while sleep 1; do curl --silent --output /dev/null --max-time ${text(intent.timeoutSeconds)} --write-out '%{http_code}\\n' ${text(intent.url)}; done`,
    ]
  if (id.startsWith('verify/reconciled/'))
    return [
      `flux --context ${cluster} reconcile source git flux-system`,
      `flux --context ${cluster} get kustomizations --status-selector ready=false`,
    ]
  if (id.startsWith('verify/cluster-dns/'))
    return [
      `kubectl --context ${cluster} --namespace kube-system get pods --selector k8s-app=kube-dns --output wide`,
      `kubectl --context ${cluster} run look-up --rm --stdin --image registry.k8s.io/e2e-test-images/agnhost:2.53 --restart Never -- nslookup kubernetes.default`,
    ]
  if (id.startsWith('verify/admin-machine/'))
    return ['nproc; free -g; df -h .; docker version --format "{{.Server.Version}}"; eksctl anywhere version']
  if (id.startsWith('verify/registry-mirror/'))
    return [
      `curl --fail${intent.caCertificate === undefined || intent.caCertificate === null ? '' : ` --cacert ${text(intent.caCertificate)}`} https://${text(intent.registry)}/v2/`,
    ]
  if (id.startsWith('verify/boot-images/'))
    return [intent.osImageURL, intent.hookImagesURL].flatMap((url) =>
      url === undefined || url === null ? [] : [`curl --fail --head ${text(url)}`],
    )
  if (id.startsWith('verify/hardware/') || id.startsWith('verify/spare-machine/'))
    return intent.csv === null || intent.csv === undefined ? [] : [`column -s, -t ${text(intent.csv)}`]
  if (id.startsWith('verify/karmada/'))
    return [
      'kubectl --kubeconfig karmada.kubeconfig get clusters',
      'kubectl --kubeconfig karmada.kubeconfig get --raw /readyz',
    ]
  if (id.startsWith('verify/reach/'))
    return intent.port === undefined
      ? [`kubectl --context ${text(intent.to)} get --raw /readyz # from the network of ${text(intent.from)}`]
      : [
          `nc -z -w 5 $${plainName(fleetValue.federationHost(subject.federation ?? ''))} ${text(intent.port)} # from ${text(intent.from)}`,
        ]
  return of === '' ? [] : [`skerry plan --site ${subject.site ?? cluster} # ${of}`]
}
