// Who may sign in (AWSIamConfig, OIDCConfig), and the repository that EKS Anywhere's own Flux follows (FluxConfig), where a fleet leaves
// Flux to EKS Anywhere.

import type { KubernetesObject } from '../artefact.ts'
import { anywhereApi as apiVersion } from './api.ts'
import type { View } from './view.ts'

export function identityConfigs({ name, spec }: View): readonly KubernetesObject[] {
  const metadata = { name, namespace: 'default' }
  const { iam, oidc } = spec
  if (spec.identity === 'iam' && iam !== undefined)
    return [
      {
        apiVersion,
        kind: 'AWSIamConfig',
        metadata,
        spec: {
          awsRegion: iam.region,
          ...(iam.partition !== undefined && { partition: iam.partition }),
          backendMode: ['EKSConfigMap'],
          ...(iam.roles.length > 0 && {
            mapRoles: iam.roles.map(({ arn, username, groups }) => ({ roleARN: arn, username, groups })),
          }),
          ...(iam.users.length > 0 && {
            mapUsers: iam.users.map(({ arn, username, groups }) => ({ userARN: arn, username, groups })),
          }),
        },
      },
    ]
  if (spec.identity === 'oidc' && oidc !== undefined) {
    const { requiredClaim, ...claims } = oidc
    return [
      {
        apiVersion,
        kind: 'OIDCConfig',
        metadata,
        spec: { ...claims, ...(requiredClaim !== undefined && { requiredClaims: [requiredClaim] }) },
      },
    ]
  }
  return []
}

export function fluxConfig({ name, bundledFlux: gitops }: View): readonly KubernetesObject[] {
  if (gitops === undefined) return []
  const hub = /github\.com[/:]([^/]+)\/([^/]+?)(?:\.git)?$/.exec(gitops.url)
  const root = gitops.path === undefined ? '' : `${gitops.path.replace(/^\.?\/+|\/+$/g, '')}/`
  return [
    {
      apiVersion,
      kind: 'FluxConfig',
      metadata: { name, namespace: 'default' },
      spec: {
        branch: gitops.branch,
        systemNamespace: 'flux-system',
        clusterConfigPath: `${root}clusters/${gitops.directory}`,
        ...(gitops.provider === 'github' && hub !== null
          ? { github: { owner: hub[1], repository: hub[2] } }
          : { git: { repositoryUrl: gitops.url, sshKeyAlgorithm: 'ecdsa' } }),
      },
    },
  ]
}
