// What an answer of AWS means for whoever runs skerry: one sentence of what it was, and what to do next. Never a stack trace, never a
// secret: of the SDK's words only what is known to hold none is handed on.

import { Refusal } from '../../../model/refusal.ts'

interface Answer {
  readonly name?: string
  readonly code?: string
  readonly Code?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

const answerOf = (error: unknown): Answer => (typeof error === 'object' && error !== null ? (error as Answer) : {})

/** The code of the error as the service names it: `ValidationError`, `AccessDenied`, `ENOTFOUND`. */
export function codeOf(error: unknown): string {
  const { name = '', code, Code } = answerOf(error)
  // several addresses of one name were tried, and none answered
  return name === 'Error' || name === 'AggregateError' || name === '' ? (code ?? Code ?? name) : name
}

const noCredentials = new Set(['CredentialsProviderError', 'ProviderError', 'CredentialsError'])
const expired = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
  'ExpiredTokenError',
])
const invalid = new Set([
  ...[
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'AuthFailure',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
  ],
  ...['InvalidSignatureException', 'MissingAuthenticationToken', 'IncompleteSignature', 'InvalidToken'],
])
const denied = new Set([
  ...[
    'AccessDenied',
    'AccessDeniedException',
    'UnauthorizedOperation',
    'UnauthorizedException',
    'Forbidden',
    'NotAuthorized',
  ],
  ...['Client.UnauthorizedOperation', 'AuthorizationError'],
])
const throttled = new Set([
  ...['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'TooManyRequestsException'],
  ...[
    'RequestThrottled',
    'RequestThrottledException',
    'PriorRequestNotComplete',
    'SlowDown',
    'Client.RequestLimitExceeded',
  ],
])
const offline = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'TimeoutError',
])

export type Trouble =
  | 'noCredentials'
  | 'expired'
  | 'invalid'
  | 'denied'
  | 'throttled'
  | 'offline'
  | 'noEndpoint'
  | 'notEnabled'
  | 'down'
  | 'other'

export function troubleOf(error: unknown): Trouble {
  const code = codeOf(error)
  const { message = '', $metadata } = answerOf(error)
  // instances of EC2 say AuthFailure, services with an access key say UnrecognizedClient: both also where the Region is not enabled
  if (code === 'OptInRequired' || /not subscribed to this service|region .* is (?:disabled|not enabled)/i.test(message))
    return 'notEnabled'
  if (noCredentials.has(code)) return /expired/i.test(message) ? 'expired' : 'noCredentials'
  if (expired.has(code) || /security token .* is expired|token has expired/i.test(message)) return 'expired'
  if (invalid.has(code)) return 'invalid'
  if (denied.has(code)) return 'denied'
  if (throttled.has(code)) return 'throttled'
  if (
    code === 'ENOTFOUND' ||
    /could not (?:resolve|find) (?:the )?endpoint|invalid configuration: missing.*region/i.test(message)
  )
    return 'noEndpoint'
  if (offline.has(code)) return 'offline'
  if (($metadata?.httpStatusCode ?? 0) >= 500) return 'down'
  return 'other'
}

/** It is about who asks, so that every other request would be answered alike. */
export const concernsAll = (error: unknown): boolean =>
  ['noCredentials', 'expired', 'invalid'].includes(troubleOf(error))

/** `what`: what could not be done, as the beginning of a sentence: `the stack local-zone-network-main cannot be described`. */
export function awsRefusal(error: unknown, what: string): Refusal {
  if (error instanceof Refusal) return error
  const { message = '' } = answerOf(error)
  const attempts = answerOf(error).$metadata?.attempts
  const tried = attempts === undefined || attempts < 2 ? '' : `, ${attempts} times over`
  switch (troubleOf(error)) {
    case 'noCredentials':
      return new Refusal(
        'refused',
        `${what}: there are no credentials of AWS`,
        'log in (aws sso login, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), see who you are with aws sts get-caller-identity, then run this again',
      )
    case 'expired':
      return new Refusal(
        'refused',
        `${what}: the credentials of AWS have expired`,
        'log in again (aws sso login, or assume the role again), then run this again: it goes on where it stopped',
      )
    case 'invalid':
      return new Refusal(
        'refused',
        `${what}: AWS does not know these credentials (${codeOf(error)})`,
        'see who you are with aws sts get-caller-identity; keys that were deleted, or a Region that the account has not enabled, are answered so too',
      )
    case 'denied': {
      const { who, action, on, because } = deniedOf(message)
      return new Refusal(
        'refused',
        `${what}: ${who ?? 'who asks'} may not ${action ?? 'do that'}${on === undefined ? '' : ` on ${on}`}${because === undefined ? '' : ` (${because})`}`,
        action === undefined
          ? 'skerry plan --policy prints what whoever deploys must be allowed'
          : `allow ${action}: skerry plan --policy prints all that whoever deploys must be allowed`,
      )
    }
    case 'throttled':
      return new Refusal(
        'world',
        `${what}: AWS answered that there are too many requests${tried}`,
        'run this again in some minutes: it goes on where it stopped; --at-once 2 asks less side by side',
      )
    case 'noEndpoint':
      return new Refusal(
        'refused',
        `${what}: the Region has no such endpoint (${hostOf(message) ?? codeOf(error)})`,
        'look at the region in the fleet, and whether names are resolved here',
      )
    case 'notEnabled':
      return new Refusal(
        'refused',
        `${what}: the account has not enabled this Region or service`,
        'enable the Region: aws account enable-region --region-name REGION; some minutes later run this again',
      )
    case 'offline':
      return new Refusal(
        'world',
        `${what}: AWS does not answer (${codeOf(error)}${tried})`,
        'look at the network and at AWS_ENDPOINT_URL, then run this again: it goes on where it stopped',
      )
    case 'down':
      return new Refusal(
        'world',
        `${what}: AWS failed on its side (${codeOf(error)}${tried})`,
        'look at health.aws.amazon.com, then run this again: it goes on where it stopped',
      )
    case 'other':
      return new Refusal(
        'world',
        `${what}: ${safe(message) || codeOf(error)}`,
        'see to that, then run this again: it goes on where it stopped',
      )
  }
}

/** The parts of a denial that CloudFormation, IAM and the services all word alike. */
export function deniedOf(message: string): {
  readonly who?: string
  readonly action?: string
  readonly on?: string
  readonly because?: string
} {
  const who = /User: (arn:\S+)/.exec(message)?.[1]
  const action = /perform:? `?([a-z0-9-]+:[A-Za-z0-9*]+)/.exec(message)?.[1]
  const on = /on resource:? (\S+?)[,.]?(?:\s|$)/.exec(message)?.[1]
  const because = /because (no [^.]*?|of an? explicit deny[^.]*?)(?: the \S+ action)?(?:[.,]|$)/
    .exec(message)?.[1]
    ?.replace(/ allows$/, ' allows it')
  return {
    ...(who !== undefined && { who }),
    ...(action !== undefined && { action }),
    ...(on !== undefined && { on }),
    ...(because !== undefined && { because }),
  }
}

const hostOf = (message: string): string | undefined => /ENOTFOUND (\S+)/.exec(message)?.[1]

/** Without the encoded message of a denial, without what looks like a key or a token, and not without end. */
export const safe = (text: string): string =>
  text
    .replace(/Encoded authorization failure message:.*$/s, '')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '(a key)')
    .replace(/\b[A-Za-z0-9+/=_-]{80,}\b/g, '(…)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 600)
