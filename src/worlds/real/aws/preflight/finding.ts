// What a look found, in four lines like any other finding.

import { awsRefusal, concernsAll } from '../errors.ts'

export interface PreflightFinding {
  /** `note`: it may be well; what could not be looked at is a note. */
  readonly severity: 'error' | 'note'
  readonly what: string
  readonly why: string
  readonly next: string
}

/** What may not be looked at stops nothing: the run itself will say whether it may be made. */
export async function tolerant(
  what: string,
  look: () => Promise<readonly PreflightFinding[]>,
): Promise<readonly PreflightFinding[]> {
  try {
    return await look()
  } catch (error) {
    if (concernsAll(error)) throw awsRefusal(error, `${what} cannot be looked at`)
    const { message, hint } = awsRefusal(error, `${what} cannot be looked at`)
    return [{ severity: 'note', what: message, why: 'it is not known whether all is well there', next: hint }]
  }
}
