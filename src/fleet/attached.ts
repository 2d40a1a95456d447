// What a fleet file refers to by path: CSVs, manifests, kustomizations. The core asks for them by this small port, so that it runs on the
// disk and on a map in a test alike.

import { brief } from '../model/visible.ts'
import { tooFar } from './paths.ts'

export interface Attached {
  /** The bytes of a file, or why there are none. */
  file(path: string): Uint8Array | string | Missing
  /** Names in a folder, sorted; a folder ends with a slash. Links to folders are left out, so that a loop of links is harmless. */
  folder(path: string): readonly string[] | Missing
}

export interface Missing {
  readonly missing: 'nothing' | 'folder' | 'notFolder' | 'unreadable' | 'tooLarge' | 'elsewhere'
  readonly why?: string
}

export const isMissing = (answer: Uint8Array | string | readonly string[] | Missing): answer is Missing =>
  typeof answer === 'object' && !Array.isArray(answer) && 'missing' in answer

/** Nothing is attached. */
export const none: Attached = { file: () => ({ missing: 'nothing' }), folder: () => ({ missing: 'nothing' }) }

export function whyMissing(file: string, missing: string, what: string): [message: string, hint: string] {
  const shownFile = brief(file, 200)
  if (missing === 'folder') return [`${shownFile} is a folder, not a ${what}`, 'name a file in it']
  if (missing === 'tooLarge') return [`${shownFile} is too large`, 'split it']
  if (missing === 'elsewhere') return [`${shownFile} is a link that leads out of the fleet`, tooFar]
  if (missing === 'unreadable') return [`${shownFile} cannot be read`, 'look at its permissions']
  return [`there is no file ${shownFile}`, 'the path starts from the folder of the file that names it']
}
