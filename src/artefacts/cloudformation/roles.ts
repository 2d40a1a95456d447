// What every role has that is made in an account, where its owner says so: the boundary without which many companies refuse roles, and the
// path under which they keep them. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html

import type { Account } from '../../model/fleet.ts'
import type { Template } from './synthesis.ts'

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>

/** `byConfigMap`: a role that aws-auth maps has no path, since the map knows roles by their ARN without one. */
export function withRolesOf(account: Account | undefined, template: Template, byConfigMap: boolean): Template {
  const { permissionsBoundary, path } = account?.newRoles ?? {}
  const more = {
    ...(permissionsBoundary !== undefined && { PermissionsBoundary: permissionsBoundary }),
    ...(path !== undefined && !byConfigMap && { Path: path }),
  }
  if (Object.keys(more).length === 0) return template
  const resources = Object.entries(template.Resources as Resources).map(([id, resource]) => [
    id,
    resource.Type === 'AWS::IAM::Role' ? { ...resource, Properties: { ...resource.Properties, ...more } } : resource,
  ])
  return { ...template, Resources: Object.fromEntries(resources) }
}
