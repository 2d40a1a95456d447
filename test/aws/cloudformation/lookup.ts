// Which stack is meant: by name those that are there, by id deleted ones too.

import type { Cloud } from '../cloud.ts'
import type { Place } from '../entities.ts'
import { validation } from '../errors.ts'
import type { Json } from '../json.ts'
import { text } from '../json.ts'
import type { Stack } from './stack.ts'
import { isGone } from './stack.ts'

export function findStack(cloud: Cloud, name: Json, { account, region }: Place): Stack | undefined {
  const wanted = text(name)
  return cloud.stacks.find(
    (it) => it.account === account && it.region === region && (it.id === wanted || (it.name === wanted && !isGone(it))),
  )
}

export function stackOf(cloud: Cloud, name: Json, place: Place): Stack {
  const found = findStack(cloud, name, place)
  if (found === undefined) throw validation(`Stack with id ${text(name)} does not exist`)
  return found
}
