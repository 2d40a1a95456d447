// Secrets are asked for when they are used, stand in the environment of one shell, and what they were filled into is removed again.

import type { Variable } from '../eks-anywhere/filled.ts'

/** Secrets are asked for when they are used, and what they were filled into is removed again. */
export function filling(variables: readonly Variable[], from: string, into: string): readonly string[] {
  if (variables.length === 0) return [`cp ${from} ${into}`]
  const names = variables.map(({ name }) => `$${name}`).join(' ')
  return [...variables.map(secretRead), `(umask 077; envsubst '${names}' < ${from} > ${into})`]
}

export const secretRead = ({ name, from }: Variable): string =>
  // from the terminal: a block that is pasted would else give its next line as the secret
  `read -rs ${name} < /dev/tty && export ${name}${from === undefined ? '' : ` # ${from}`}`
