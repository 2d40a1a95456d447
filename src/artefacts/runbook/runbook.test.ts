import { beforeAll, describe, expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import type { Plan } from '../../model/plan.ts'
import { plan } from '../../plan/index.ts'
import { artefacts } from '../index.ts'

const examples = ['local-zone', 'recovery', 'federation', 'wavelength', 'stores'] as const
const books = new Map<string, { readonly made: Plan; readonly text: string; readonly paths: ReadonlySet<string> }>()

beforeAll(async () => {
  for (const name of examples) {
    const made = plan(await readFleet([`examples/${name}`]))
    const files = artefacts(made)
    const text = files.find(({ path }) => path === 'RUNBOOK.md')?.text ?? ''
    books.set(name, { made, text, paths: new Set(files.map(({ path }) => path)) })
  }
}, 60_000)

const book = (name: (typeof examples)[number]): string => books.get(name)?.text ?? ''
const between = (text: string, from: string, to: string): string =>
  text.slice(text.indexOf(`\n## ${from}\n`), to === '' ? undefined : text.indexOf(`\n## ${to}\n`))

describe('the runbook', () => {
  test.each(examples)('of %s names only files that are there', (name) => {
    const { text, paths } = books.get(name) ?? { text: '', paths: new Set<string>() }
    const folders = new Set(
      [...paths].flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'))),
    )
    const named = [...text.matchAll(/(?<![\w./-])((?:aws|charts|eks-anywhere|gitops)\/[\w./-]+)/g)].map(
      ([, path = '']) => path.replace(/\/$/, ''),
    )
    expect(named.length).toBeGreaterThan(2)
    expect(named.filter((path) => !paths.has(path) && !folders.has(path))).toEqual([])
  })

  test.each(examples)('of %s has every stack, and deletes each that it deploys', (name) => {
    const { text, paths } = books.get(name) ?? { text: '', paths: new Set<string>() }
    const stacks = [...paths].flatMap((path) => /^aws\/(.*)\.template\.json$/.exec(path)?.[1] ?? [])
    expect(stacks.filter((stack) => !text.includes(stack))).toEqual([])
    const named = (verb: string): readonly string[] =>
      [...text.matchAll(new RegExp(`cloudformation ${verb} .*?--stack-name (\\S+)`, 'g'))].map(
        ([, stack = '']) => stack,
      )
    const deleted = new Set(named('delete-stack'))
    expect(named('deploy').filter((stack) => !deleted.has(stack))).toEqual([])
  })

  test('is as long for 2,500 stores as for a few: one of them stands for all', () => {
    expect(book('stores').length).toBeLessThan(40_000)
    expect(book('stores')).toContain('For each of the 2500; here for store-0001:')
  })

  test('of no fleet holds a secret: what is one is asked for when it is used, and removed again', () => {
    expect(book('stores')).toMatch(/read -rs BMC_PASSWORD < \/dev\/tty && export BMC_PASSWORD # vault\/bmc\/hq-east/)
    expect(book('stores')).toMatch(/&& rm hq-east\.yaml hq-east-hardware\.csv/)
  })
})

describe('what the founding documents do by hand', () => {
  test('[seed 9-10] each stack with its capability, and the next only when it is complete', () => {
    expect(book('local-zone')).toContain(
      'aws cloudformation deploy --region us-west-2 --stack-name local-zone-cluster-eks-cluster --template-file aws/local-zone-cluster-eks-cluster.template.json --capabilities CAPABILITY_NAMED_IAM',
    )
  })

  test('[seed 21-22, 44] the kubeconfig of the cluster, a kubectl that fits it, and the role of the operator', () => {
    const text = book('local-zone')
    expect(text).toContain('aws eks update-kubeconfig --region us-west-2 --name eks-cluster --alias eks-cluster')
    expect(text).toContain('| kubectl | 1.34 to 1.36 |')
    expect(text).toContain('by the role hybrid-eks-user-role (the user hybrid-eks-user may assume it)')
    expect(text).toContain('--role-session-name eks')
  })

  test('[seed 26-28] the controller by its chart, with its values, and its Deployment waited for', () => {
    expect(book('local-zone')).toMatch(
      /helm upgrade --install aws-load-balancer-controller aws-load-balancer-controller --repo https:\/\/aws\.github\.io\/eks-charts .*--set clusterName=eks-cluster --set region=us-west-2 --set serviceAccount\.create=false --set serviceAccount\.name=aws-load-balancer-controller --set vpcId=\$VPC_ID/,
    )
    expect(book('local-zone')).toContain('wait deployment/aws-load-balancer-controller --for=condition=Available')
  })

  test('[seed 36-37] the names are pointed last, with the names of the load balancers as parameters', () => {
    expect(book('local-zone')).toMatch(
      /--stack-name local-zone-dns-example-com .*--parameter-overrides Game2048LosAngelesDNSName=/,
    )
  })

  test('[seed 40-41] the name is asked once a second with two seconds of patience while the zone is scaled to nothing', () => {
    expect(book('local-zone')).toContain("--max-time 2 --write-out '%{http_code}\\n' http://game.example.com")
    expect(book('local-zone')).toContain('--namespace game-2048-lz scale deployment/deployment-2048-lz --replicas 0')
  })

  test('[seed 42] clean-up: apps, then the controller, then the stacks of names, nodes and control plane', () => {
    const down = between(book('local-zone'), 'Clean up', '')
    const order = [
      'delete namespace game-2048-lz',
      'helm uninstall aws-load-balancer-controller',
      'local-zone-nodes-los-angeles',
      'local-zone-cluster-eks-cluster',
      'local-zone-network-main',
    ]
    const places = order.map((words) => down.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('[seed 122, 125, 136] Flux: installed, its secret made, its source and root applied; then reconciled and looked at', () => {
    const text = book('recovery')
    const order = [
      'flux --context eks-outposts install',
      'create secret git flux-system',
      'gitops/clusters/outposts/flux-system/gotk-sync.yaml',
    ]
    const places = order.map((words) => text.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(text).toContain('flux --context eks-outposts reconcile source git flux-system')
    expect(text).toContain('--namespace game-2048 get ingress,pods,services')
    for (const tool of ['git', 'kubectl', 'aws', 'flux']) expect(text).toContain(`| ${tool} |`)
  })

  test('[seed 133] the drill moves the check to port 801, and back', () => {
    expect(book('recovery')).toContain('--port 801')
    expect(book('recovery')).toContain('update-health-check --health-check-id $HEALTH_CHECK_ID --port 80\n')
  })

  test('[seed 134] clean-up: Kustomizations are suspended before anything is taken away, Flux goes last', () => {
    const down = between(book('recovery'), 'Clean up', '')
    const suspend = down.indexOf('flux --context eks-outposts suspend kustomization --all')
    expect(suspend).toBeGreaterThan(0)
    expect(down.indexOf('delete namespace game-2048')).toBeGreaterThan(suspend)
    expect(down.indexOf('flux --context eks-outposts uninstall')).toBeGreaterThan(
      down.indexOf('delete namespace game-2048'),
    )
  })

  test('[seed 79, 81] Karmada is asked by kubectl, and its members’ objects in one place', () => {
    expect(book('federation')).toContain('kubectl karmada get deployments,pods')
    expect(book('federation')).toContain('kubectl --kubeconfig karmada.kubeconfig get cluster virginia')
  })

  test('[seed 156] wavelength: nodes, then endpoints, then the cluster and its network', () => {
    const down = between(book('wavelength'), 'Clean up', '')
    const order = [
      'wavelength-nodes-boston-edge',
      'wavelength-endpoints-carrier',
      'wavelength-cluster-eks-wavelength',
      'wavelength-network-carrier',
    ]
    const places = order.map((words) => down.indexOf(`delete-stack --region us-east-1 --stack-name ${words}`))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('a role is taken over, not only asked for', () => {
    expect(book('local-zone')).toMatch(/^export \$\(printf 'AWS_ACCESS_KEY_ID=%s .*assume-role .*--output text\)\)$/m)
  })

  test('EKS Anywhere clusters are reached by their names, beside those of EKS', () => {
    const text = book('federation')
    expect(text).toContain(
      'kubectl --kubeconfig plant/plant-eks-a-cluster.kubeconfig config rename-context plant-admin@plant plant',
    )
    expect(text).toContain(
      'export KUBECONFIG=${KUBECONFIG:-$HOME/.kube/config}:$PWD/plant/plant-eks-a-cluster.kubeconfig',
    )
    // one that Flux made: its kubeconfig is asked for before anything is done on it
    const stores = book('stores')
    expect(stores.indexOf('get secret store-0001-kubeconfig')).toBeGreaterThan(0)
    expect(stores.indexOf('get secret store-0001-kubeconfig')).toBeLessThan(stores.indexOf('--context store-0001 '))
  })

  test('without Flux the shell fills in what Flux would, and namespaces come before the apps in them', () => {
    const text = book('wavelength')
    expect(text).toContain(
      'kubectl kustomize gitops/apps/boston/frontend | site_namespace=wavelength1-namespace flux envsubst --strict | kubectl --context eks-wavelength apply --server-side --filename -',
    )
    expect(text).toContain('| flux | any current one | values put into manifests |')
    expect(book('local-zone')).not.toMatch(/envsubst/)
    expect(text.indexOf('--kustomize gitops/infrastructure/region/namespaces')).toBeLessThan(
      text.indexOf('kubectl kustomize gitops/apps/'),
    )
    expect(book('federation').indexOf('--kustomize gitops/infrastructure/main/karmada-namespaces')).toBeLessThan(
      book('federation').indexOf('--kustomize gitops/apps/main/ledger'),
    )
  })

  test('an app leaves a namespace that others are in without them; the last takes it along', () => {
    const down = between(book('wavelength'), 'Clean up', '')
    const first = down.indexOf('kubectl kustomize gitops/apps/boston/frontend')
    expect(first).toBeGreaterThan(0)
    expect(down.split('delete namespace wavelength1-namespace')).toHaveLength(2)
    expect(down.indexOf('delete namespace wavelength1-namespace')).toBeGreaterThan(first)
  })

  test('alarms are deployed with the full names of what they watch, before the checks that follow them', () => {
    const text = book('wavelength')
    const alarms = text.indexOf('deploy --region us-east-1 --stack-name wavelength-alarms-us-east-1')
    expect(text).toContain('FrontendBostonLoadBalancerFullName=${FrontendBostonBalancer#*:loadbalancer/}')
    expect(alarms).toBeGreaterThan(0)
    expect(alarms).toBeLessThan(text.indexOf('deploy --region us-east-1 --stack-name wavelength-dns-example-com'))
  })

  test('load balancers of a federated app are asked for in the namespace that it has on its members', () => {
    expect(book('federation')).toContain('kubectl --context virginia --namespace tenant-web get ingress nginx')
  })

  test('gateways of an Outpost are parameters that are given', () => {
    expect(book('recovery')).toMatch(/--stack-name recovery-network-plant .*LocalGatewayId=\$LocalGatewayId/)
  })

  test('the repository holds its files before Flux is started on it', () => {
    const text = book('recovery')
    expect(text.indexOf('skerry plan --deliver CLONE')).toBeGreaterThan(0)
    expect(text.indexOf('skerry plan --deliver CLONE')).toBeLessThan(
      text.indexOf('flux --context eks-outposts install'),
    )
  })

  test('a drill on a health check finds the check by its stack', () => {
    expect(book('recovery')).toMatch(
      /HEALTH_CHECK_ID=\$\(aws cloudformation describe-stack-resource .*--logical-resource-id HealthCheckWwwExampleComOutposts /,
    )
  })

  test('every variable is set, or is the reader’s own, before it is used', () => {
    for (const name of examples) {
      const set = new Set(['HOME', 'PWD', 'KUBECONFIG', 'VALUE'])
      for (const line of book(name).split('\n')) {
        for (const [, variable = ''] of line.matchAll(
          /(?:^|export |read -rs | )([A-Za-z_]\w*)=?(?==\$\(| && export| < \/dev\/tty)/g,
        ))
          set.add(variable)
        const outside = line.replace(/'[^']*'/g, '')
        for (const [, used = ''] of outside.matchAll(/\$\{?([A-Za-z_]\w+)/g))
          expect([name, used, set.has(used)]).toEqual([name, used, true])
      }
    }
  })

  test('a cluster without add-ons that wait for nodes has no stack of them', () => {
    const files = artefacts(
      plan(
        fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: bare }
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: west, network: main, eks: { version: "1.35", addons: [vpc-cni, kube-proxy] } }]
sites:
  - { name: a, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: n, instanceTypes: [t3.medium], replicas: 2 }] }
`),
      ),
    )
    const text = files.find(({ path }) => path === 'RUNBOOK.md')?.text ?? ''
    expect(files.some(({ path }) => path.includes('addons'))).toBe(false)
    expect(between(text, 'Create', 'Verify')).not.toContain('bare-addons-west')
    expect(between(text, 'Create', 'Verify')).toContain('bare-nodes-a-n')
  })
})
