// Drift from the declaration: the templates, what was changed by hand in the cloud, and the objects of the clusters, side by side. Whoever
// could not be asked is told as such, and stops none of the others.

import { heardAt } from '../../kube/heard.ts'
import { awsRefusal } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'
import { declaredStacks } from '../status/asking.ts'
import { fluxStatuses } from '../status/flux.ts'
import { appliedScopes, fluxDrift, objectDrift } from './objects.ts'
import type { Drift } from './port.ts'
import { resourceDrift } from './resources.ts'
import { templateDrift } from './templates.ts'

const patienceSeconds = 15

/** Looks only: nothing is changed. Drift detection costs API calls and takes seconds to minutes. */
export async function driftOf(ground: Ground): Promise<readonly Drift[]> {
  const asking = { ground, heard: heardAt(ground.folder), asked: ground.now(), patienceSeconds }
  const parts = await Promise.all([
    ...declaredStacks(ground.plan).flatMap((stack) => [
      looked('template', `the template of the stack ${stack.name}`, stack.region, templateDrift(ground, stack)),
      looked(
        'resource',
        `what was changed by hand in the stack ${stack.name}`,
        stack.region,
        resourceDrift(ground, stack),
      ),
    ]),
    ...appliedScopes(ground.plan).map((scope) =>
      looked(
        'object',
        `the objects of ${scope.api.name}${scope.site === undefined ? '' : ` for ${scope.site}`}`,
        scope.api.name,
        objectDrift(ground, scope),
      ),
    ),
    looked(
      'flux',
      'Flux',
      'the clusters',
      fluxStatuses(asking).then((all) => all.flatMap(fluxDrift)),
    ),
  ])
  return parts.flat()
}

async function looked(
  by: Drift['by'],
  what: string,
  where: string,
  work: Promise<readonly Drift[]>,
): Promise<readonly Drift[]> {
  try {
    return await work
  } catch (error) {
    const why = awsRefusal(error, '').message.replace(/^: /, '')
    const nothing = { differences: [], replaces: false, takeDeclaration: [], takeWhatIsThere: [] }
    return [{ by, kind: 'notHeardOf', what, where, why, ...nothing }]
  }
}
