// What must be there before EKS Anywhere can make a cluster: an admin machine where no management cluster does the work, images and a
// registry mirror where there is no way out, machines that are listed where nobody can order them. All of it is looked at or fetched
// first, since each of these is found missing only when the cluster is half made.

import type { Cluster, NodePool } from '../../model/fleet.ts'
import { counted } from '../../model/words.ts'
import { controlPlaneReplicas, isOfControlPlane } from '../../places/on-premises/groups.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, nothing } from '../draft.ts'
import type { Ground } from '../ground.ts'

/** https://anywhere.eks.amazonaws.com/docs/getting-started/install/: what the machine that runs eksctl anywhere needs. */
const adminMachine = { cpu: 4, memoryGiB: 16, diskGiB: 30, airGappedDiskGiB: 80, architecture: 'amd64', docker: '20' }

/** The cluster from whose admin machine things are fetched: the one that makes it, or itself where none does. */
export const administrator = (cluster: Cluster): string => cluster.eksAnywhere?.managementCluster ?? cluster.name

/** Whether an admin machine makes it, and no cluster. */
export const isSelfMade = (cluster: Cluster): boolean => administrator(cluster) === cluster.name

export type AnywhereRole = 'management' | 'workload' | 'standalone'

export function roleOf(ground: Ground, cluster: Cluster): AnywhereRole {
  if (cluster.eksAnywhere?.role !== undefined) return cluster.eksAnywhere.role
  return !isSelfMade(cluster) ? 'workload' : ground.manages(cluster.name) ? 'management' : 'standalone'
}

export function groundworkSteps(ground: Ground): readonly Draft[] {
  const steps = new Map<string, Draft>()
  const add = (made: readonly Draft[]): void => {
    for (const step of made) if (!steps.has(step.id)) steps.set(step.id, step)
  }
  for (const cluster of ground.fleet.clusters) {
    if (cluster.kind !== 'eksAnywhere') continue
    if (isSelfMade(cluster) || isSupplied(cluster)) add([adminStep(ground, cluster)])
    add(supplySteps(cluster))
    add(hardwareSteps(ground, cluster))
  }
  return [...steps.values()]
}

/** Steps that the making of the cluster waits for. */
export function groundworkOf(cluster: Cluster): readonly string[] {
  const { eksAnywhere } = cluster
  if (eksAnywhere === undefined) return []
  return [
    ...(isSelfMade(cluster) ? [adminId(cluster)] : []),
    ...(isSupplied(cluster) ? [suppliedId(cluster)] : []),
    ...(hasBootImages(cluster) ? [bootImagesId(cluster)] : []),
    ...(eksAnywhere.provider === 'bareMetal' ? [idOf.verify('hardware', cluster.name)] : []),
  ]
}

const adminId = (cluster: Cluster): string => idOf.verify('admin-machine', administrator(cluster))
const isSupplied = ({ eksAnywhere }: Cluster): boolean =>
  eksAnywhere?.airGapped === true || eksAnywhere?.registryMirror !== undefined
const mirrorOf = ({ eksAnywhere }: Cluster): string | undefined =>
  eksAnywhere?.registryMirror === undefined
    ? undefined
    : `${eksAnywhere.registryMirror.endpoint}:${eksAnywhere.registryMirror.port}`
const artifacts = 'anywhere-artifacts'
const suppliedId = (cluster: Cluster): string => {
  const mirror = mirrorOf(cluster)
  return mirror === undefined
    ? idOf.addon(administrator(cluster), artifacts)
    : idOf.addon(administrator(cluster), `anywhere-images@${mirror}`)
}
const hasBootImages = ({ eksAnywhere }: Cluster): boolean =>
  eksAnywhere?.osImageURL !== undefined || eksAnywhere?.hookImagesURL !== undefined
const bootImagesId = (cluster: Cluster): string =>
  idOf.verify('boot-images', cluster.eksAnywhere?.osImageURL ?? '', cluster.eksAnywhere?.hookImagesURL ?? '')

function adminStep(ground: Ground, cluster: Cluster): Draft {
  const admin = ground.find.cluster(administrator(cluster)) ?? cluster
  const supplied = isSupplied(cluster) || isSupplied(admin)
  const disk = supplied ? adminMachine.airGappedDiskGiB : adminMachine.diskGiB
  const standalone = roleOf(ground, admin) === 'standalone'
  return {
    id: adminId(cluster),
    kind: 'verify',
    title: `An admin machine for ${admin.name} is there${standalone ? ', now and for each upgrade' : ''}: ${adminMachine.cpu} CPU, ${adminMachine.memoryGiB} GB, ${disk} GB of disk, Docker`,
    subject: { cluster: admin.name },
    needs: [],
    intent: intentOf({
      of: idOf.cluster(admin.name),
      claim: 'the admin machine is there',
      part: 'preparation',
      cpu: adminMachine.cpu,
      memoryGiB: adminMachine.memoryGiB,
      diskGiB: disk,
      architecture: adminMachine.architecture,
      dockerAtLeast: adminMachine.docker,
      // a management cluster moves the machinery into itself; a standalone one leaves it behind with the machine
      neededFor: standalone ? ['create', 'upgrade', 'delete'] : ['create', 'delete'],
    }),
    inverse: nothing,
    existing: false,
    origin: admin.origin,
  }
}

/** Downloaded where there is a way out, carried in, and put into the mirror; once for all clusters that use it. */
function supplySteps(cluster: Cluster): readonly Draft[] {
  const { eksAnywhere, origin } = cluster
  if (eksAnywhere === undefined) return []
  const steps: Draft[] = []
  const admin = administrator(cluster)
  const release = eksAnywhere.release === undefined ? '' : ` ${eksAnywhere.release}`
  const mirror = mirrorOf(cluster)
  const fetched = idOf.addon(admin, artifacts)
  if (isSupplied(cluster)) {
    steps.push({
      id: fetched,
      kind: 'addon',
      title: `Download the artifacts and images of EKS Anywhere${release} on the admin machine of ${admin}, while it has a way out`,
      subject: { cluster: admin, addon: artifacts },
      needs: [adminId(cluster)],
      intent: intentOf({
        part: 'preparation',
        release: eksAnywhere.release,
        commands: ['eksctl anywhere download artifacts', 'eksctl anywhere download images'],
      }),
      inverse: { kind: 'keep', title: `What was downloaded for ${admin} stays on its admin machine` },
      existing: false,
      origin,
    })
  }
  if (mirror !== undefined) {
    const answers = idOf.verify('registry-mirror', mirror)
    steps.push({
      id: answers,
      kind: 'verify',
      title: `The registry mirror ${mirror} answers where the nodes stand`,
      subject: { cluster: admin },
      needs: [],
      intent: intentOf({
        claim: 'the registry mirror answers',
        part: 'preparation',
        registry: mirror,
        caCertificate: eksAnywhere.registryMirror?.caCertificate,
      }),
      inverse: nothing,
      existing: false,
      origin,
    })
    steps.push({
      id: suppliedId(cluster),
      kind: 'addon',
      title: `Import the images and packages of EKS Anywhere${release} into the registry mirror ${mirror}`,
      subject: { cluster: admin, addon: `anywhere-images@${mirror}` },
      needs: [fetched, answers],
      intent: intentOf({
        part: 'preparation',
        registry: mirror,
        namespaces: eksAnywhere.registryMirror?.namespaces,
        commands: ['eksctl anywhere import images', 'eksctl anywhere copy packages'],
      }),
      inverse: { kind: 'keep', title: `The images stay in the registry mirror ${mirror}: it is not skerry's` },
      existing: false,
      origin,
    })
  }
  if (hasBootImages(cluster)) {
    const { osImageURL, hookImagesURL } = eksAnywhere
    steps.push({
      id: bootImagesId(cluster),
      kind: 'verify',
      title: `The images that machines start from are served: ${[osImageURL, hookImagesURL].filter((url) => url !== undefined).join(' and ')}`,
      subject: { cluster: admin },
      needs: [],
      intent: intentOf({ claim: 'the boot images are served', part: 'preparation', osImageURL, hookImagesURL }),
      inverse: nothing,
      existing: false,
      origin,
    })
  }
  return steps
}

/** Machines of bare metal are listed in a file; the passwords of their management controllers are never in it, only where they are kept. */
function hardwareSteps(ground: Ground, cluster: Cluster): readonly Draft[] {
  const { eksAnywhere, name, origin } = cluster
  if (eksAnywhere?.provider !== 'bareMetal') return []
  const { hardware, singleNode } = eksAnywhere
  const machines = machinesOf(ground, cluster)
  const power =
    hardware?.bmcSecretRef === undefined
      ? 'switched on by hand'
      : `switched by their BMCs, password from ${hardware.bmcSecretRef}`
  const id = idOf.verify('hardware', name)
  const listedIn = hardware === undefined ? 'in no file yet' : `in ${hardware.csv}`
  const look: Draft = {
    id,
    kind: 'verify',
    title: `${singleNode ? 'The machine' : `${counted(machines, 'machine')}`} of ${name} ${machines === 1 ? 'is' : 'are'} listed ${listedIn}, ${power.replace('their BMCs', machines === 1 ? 'its BMC' : 'their BMCs')}`,
    subject: { cluster: name, ...(cluster.at !== undefined && { site: cluster.at }) },
    needs: [],
    intent: intentOf({
      of: idOf.cluster(name),
      claim: 'the machines are listed',
      part: 'preparation',
      csv: hardware?.csv ?? null,
      bmcSecretRef: hardware?.bmcSecretRef ?? null,
      machines,
      boot: eksAnywhere.boot,
    }),
    inverse: nothing,
    existing: false,
    origin,
  }
  const spares = sparesOf(ground, cluster)
  if (spares === 0) return [look]
  const spare: Draft = {
    id: idOf.verify('spare-machine', name),
    kind: 'verify',
    title: `${counted(spares, 'spare machine stands', 'spare machines stand')} ready for rolling upgrades of ${name}, one for each group of machines`,
    subject: { cluster: name },
    needs: [id],
    intent: intentOf({ of: idOf.cluster(name), claim: 'spare machines are listed', part: 'preparation', spares }),
    inverse: nothing,
    existing: false,
    origin,
  }
  return [look, spare]
}

/** Whether a pool lists the machines of the control plane, and not workers. */
export function isControlPlanePool(ground: Ground, { name, eksAnywhere }: Cluster, pool: NodePool): boolean {
  return eksAnywhere !== undefined && isOfControlPlane(eksAnywhere, ground.find.poolsIn(name), pool)
}

export { controlPlaneReplicas }

function machinesOf(ground: Ground, cluster: Cluster): number {
  const { eksAnywhere } = cluster
  if (eksAnywhere === undefined || eksAnywhere.singleNode) return 1
  const workers = workersOf(ground, cluster).reduce((sum, pool) => sum + pool.replicas, 0)
  return controlPlaneReplicas(eksAnywhere) + workers
}

const workersOf = (ground: Ground, cluster: Cluster): readonly NodePool[] =>
  ground.find.poolsIn(cluster.name).filter((pool) => pool.replicas > 0 && !isControlPlanePool(ground, cluster, pool))

/** A rolling upgrade starts a new machine before an old one goes; one machine alone is upgraded in place. */
export function sparesOf(ground: Ground, cluster: Cluster): number {
  const { eksAnywhere } = cluster
  if (eksAnywhere?.provider !== 'bareMetal' || eksAnywhere.singleNode) return 0
  return 1 + workersOf(ground, cluster).length
}
