// Clusters that existed before and have left the file: what the fleet put onto them is remembered by path and uid, so that it can still be
// named, and taken off without touching what others made.

import { counted } from '../../../model/words.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Left } from '../aws/sweep.ts'
import type { Api, Ground } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import { nameOf, takeOff } from './apply.ts'
import type { Kube, Patience } from './asking.ts'
import { asked, awaited, unfinished, usualPatience } from './asking.ts'
import type { OwnRelease } from './charts.ts'
import { helmAt, ownReleases } from './charts.ts'
import { putOnto, remember } from './memory.ts'

type ForgottenCluster = Extract<Api, { kind: 'cluster' }>

/** What is still there, by cluster; what cannot be looked at counts as there. */
export async function leftOnForgotten(ground: Ground, clusters: readonly ForgottenCluster[]): Promise<readonly Left[]> {
  const all = await Promise.all(
    clusters.map(async (of): Promise<readonly Left[]> => {
      const { paths, releases } = await stillThere(ground, of)
      if (paths.length + releases.length === 0) return []
      const names = [...releases.map(({ namespace, release }) => `${namespace}/${release}`), ...paths]
      const kinds = [
        ...(releases.length === 0 ? [] : [counted(releases.length, 'helm release')]),
        ...(paths.length === 0 ? [] : [counted(paths.length, 'object')]),
      ]
      return [
        {
          ...{ kind: kinds.join(' and '), region: of.name, dollarsPerDay: 0 },
          id: `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`,
          command: [
            ...releases.map((it) => uninstalling(of, it)),
            ...[...paths].reverse().map((it) => deleting(of, it)),
          ].join('\n'),
          why: 'skerry down --on real would take it off, too, but with the whole fleet',
        },
      ]
    }),
  )
  return all.flat()
}

const flagsOf = ({ undeclared, name }: ForgottenCluster, context: string): string => {
  if (undeclared === undefined || !('context' in undeclared)) return `${context} ${name}`
  const { context: own, kubeconfig } = undeclared
  return `${kubeconfig === undefined ? '' : `--kubeconfig ${kubeconfig} `}${context} ${own}`
}

const uninstalling = (of: ForgottenCluster, { release, namespace }: OwnRelease): string =>
  `helm uninstall ${release} --namespace ${namespace} ${flagsOf(of, '--kube-context')}`

/** What is remembered is a path, and says no kind. */
const deleting = (of: ForgottenCluster, path: string): string =>
  `kubectl ${flagsOf(of, '--context')} delete --raw ${path}`

interface OnCluster {
  readonly paths: readonly string[]
  readonly releases: readonly OwnRelease[]
}

async function stillThere(ground: Ground, of: ForgottenCluster): Promise<OnCluster> {
  const put = Object.values(putOnto(ground.folder, of)).flatMap((it) => Object.entries(it))
  const remembered: OnCluster = { paths: put.map(([path]) => path), releases: [] }
  try {
    const client = await ground.api(of)
    if (client === undefined) return remembered
    const paths = await Promise.all(
      put.map(async ([path, uid]) => ((await client.get(path))?.metadata.uid === uid ? path : [])),
    )
    return { paths: paths.flat(), releases: await ownReleases(ground, client) }
  } catch {
    return remembered
  }
}

export function forgottenBackward(
  ground: Ground,
  clusters: readonly ForgottenCluster[],
  patience: Partial<Patience> = {},
): readonly Work[] {
  const kube: Kube = { ground, patience: { ...usualPatience, ...patience } }
  return clusters.map((of): Work => {
    const { name } = of
    return {
      ...{
        id: `withdraw/forgotten/${name}`,
        title: `Take the fleet off ${name}, which it does not declare any more`,
      },
      ...{ steps: [], needs: [] },
      run: async (told) => {
        const client = await asked(kube, told, `the API of ${name} is found`, () => ground.api(of))
        if (client === undefined)
          return {
            kind: 'person',
            what: `there is no way to ${name} from here: bring its kubeconfig, and run this again; what the fleet put there is still there`,
            commands: ['kubectl config get-contexts'],
          }
        const changed = await takeRest(kube, told, client, of)
        return { kind: 'done', changed }
      },
    }
  })
}

/** Each group before the next: what Flux was told goes, with what it brought, while Flux still runs. */
const untilGone = (
  kube: Kube,
  told: Told,
  client: KubeClient,
  { name }: ForgottenCluster,
  put: Readonly<Record<string, string>>,
): Promise<true> =>
  awaited(
    kube,
    told,
    {
      what: `what the fleet put onto ${name} is gone`,
      seconds: kube.patience.goneSeconds,
      next: 'kubectl get on what is named shows its finalizers: whoever set one has to take it off; then run this again',
    },
    async () => {
      const live = await Promise.all(Object.keys(put).map((path) => client.get(path)))
      const going = live.filter((it) => it?.metadata.deletionTimestamp !== undefined)
      const words = going.slice(0, 3).map((it) => (it === undefined ? '' : `${it.kind} ${nameOf(it)}`))
      return going.length === 0 ? true : unfinished(`${going.length} still there: ${words.join('; ')}`)
    },
  )

/** All that bears the mark of the fleet as a release, and all that is remembered, by its uid. */
export async function takeRest(kube: Kube, told: Told, client: KubeClient, of: ForgottenCluster): Promise<boolean> {
  const { folder } = kube.ground
  let changed = await uninstallOwn(kube, told, client, of.name)
  for (const [by, put] of Object.entries(putOnto(folder, of)).reverse()) {
    changed = (await takeOff(kube, told, client, of, put)) || changed
    await untilGone(kube, told, client, of, put)
    remember(folder, of, by, {})
  }
  return changed
}

async function uninstallOwn(kube: Kube, told: Told, client: KubeClient, cluster: string): Promise<boolean> {
  const releases = await asked(kube, told, `${cluster} lists its helm releases`, () => ownReleases(kube.ground, client))
  for (const { release, namespace } of releases) {
    told.observe(`helm uninstalls ${release}`)
    await helmAt(kube, told, client, ['uninstall', release, '--namespace', namespace, '--ignore-not-found'])
  }
  return releases.length > 0
}
