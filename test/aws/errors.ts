// A refusal by the API, in the code and words that AWS uses; each protocol writes it in its own form.

export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Fields that the error's shape has besides its message. */
  readonly fields: Readonly<Record<string, string>>
  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.fields = fields
  }
}

export const validation = (message: string): AwsError => new AwsError('ValidationError', message)

/** The fake is asked for what it does not model: never taken for success. */
export const unmodelled = (what: string): AwsError =>
  new AwsError('NotModelledByTheFake', `the fake does not model ${what}: see test/aws/SPEC.md`, 501)
