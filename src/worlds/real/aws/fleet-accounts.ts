// Where stacks stand: the templates name accounts by number, whoever asks AWS names them by the fleet's words.

import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import type { Fleet } from '../../../model/fleet.ts'
import type { Where } from './clients.ts'

export const whereOfStack = (fleet: Fleet, { account, region }: StackFile): Where => ({
  account: fleet.accounts.find(({ id }) => id === account)?.name,
  region,
})

export const placeKey = ({ account, region }: Where): string => `${account ?? ''}/${region}`

/** Each account and Region once, in the order in which they come. */
export const placesOf = (all: readonly Where[]): readonly Where[] => [
  ...new Map(all.map((at) => [placeKey(at), at])).values(),
]
