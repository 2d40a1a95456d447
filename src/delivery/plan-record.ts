// The plan that an output was made from, beside it: by it `plan --against DIR` tells what a change of the fleet means. Compressed, for it
// holds every step of every row; a hint and no artefact, so it is in no list of files and may be left out of version control.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { Refusal } from '../model/refusal.ts'

const planRecord = '.skerry.plan.br'

/** Ten thousand sites make some hundred million characters at most; more is no plan of ours. */
const mostBytes = 1 << 30

export function writePlanRecord(folder: string, plan: string): void {
  const path = join(folder, planRecord)
  try {
    // quality 5: a tenth of the time of the default, and as small on text that repeats itself
    writeFileSync(
      path,
      brotliCompressSync(plan, { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } }),
    )
  } catch (error) {
    throw new Refusal(
      'world',
      `cannot write ${path}: ${(error as Error).message}`,
      'see that the folder can be written and has room',
    )
  }
}

/** JSON text of the plan, or undefined where the folder holds no output of skerry. */
export function readPlanRecord(folder: string): string | undefined {
  const path = join(folder, planRecord)
  if (!existsSync(path)) return undefined
  try {
    return brotliDecompressSync(readFileSync(path), { maxOutputLength: mostBytes }).toString('utf8')
  } catch (error) {
    throw new Refusal(
      'input',
      `${path} cannot be read: ${(error as Error).message}`,
      'make the output again with plan --out',
    )
  }
}
