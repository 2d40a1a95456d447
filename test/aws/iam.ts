// IAM, read and tidied up. https://docs.aws.amazon.com/IAM/latest/APIReference/

import type { Call, Handlers } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { records, text, texts } from './json.ts'
import { page } from './pages.ts'
import { document } from './resources/identities.ts'
import { make } from './resources/resource-type.ts'
import { typeOf } from './resources/types.ts'

const tags = (it: Entity): Input[] => Object.entries(it.tags).map(([Key, Value]) => ({ Key, Value }))
const noSuch = (what: string): AwsError => new AwsError('NoSuchEntity', `${what} cannot be found.`, 404)
const documentOf = (value: unknown): string =>
  encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value ?? {}))

function get(call: Call, type: string, name: string): Entity {
  const found = call.cloud.store.get(type, name, call)
  if (found === undefined) throw noSuch(`The ${type.split('::')[2]?.toLowerCase()} with name ${name}`)
  return found
}

const role = (it: Entity): Input => ({
  Path: text(it.properties.Path) || '/',
  RoleName: it.id,
  RoleId: it.attributes.RoleId,
  Arn: it.arn,
  CreateDate: it.madeAt.toISOString(),
  AssumeRolePolicyDocument: documentOf(it.properties.AssumeRolePolicyDocument),
  MaxSessionDuration: 3600,
  Tags: tags(it),
})

const listed = (call: Call, name: string, all: readonly Input[]): Input => {
  const { items, next } = page(call.cloud, all, call.input.Marker, call.input.MaxItems)
  return { [name]: items, IsTruncated: next !== undefined, ...(next !== undefined && { Marker: next }) }
}

async function remove(call: Call, entity: Entity): Promise<Input> {
  await typeOf(entity.type)?.unmake?.(entity, call.cloud)
  call.cloud.store.remove(entity)
  return {}
}

export const iamActions: Handlers = {
  GetRole: (call) => ({ Role: role(get(call, 'AWS::IAM::Role', text(call.input.RoleName))) }),
  ListRoles: (call) => listed(call, 'Roles', call.cloud.store.list('AWS::IAM::Role', call).map(role)),
  ListRoleTags: (call) => listed(call, 'Tags', tags(get(call, 'AWS::IAM::Role', text(call.input.RoleName)))),
  ListAttachedRolePolicies: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    return listed(
      call,
      'AttachedPolicies',
      [...texts(it.properties.ManagedPolicyArns), ...texts(it.attributes.AttachedByHand)].map((arn) => ({
        PolicyArn: arn,
        PolicyName: arn.split('/').pop() ?? '',
      })),
    )
  },
  ListRolePolicies: (call) =>
    listed(
      call,
      'PolicyNames',
      records(get(call, 'AWS::IAM::Role', text(call.input.RoleName)).properties.Policies).map(
        (it) => it.PolicyName,
      ) as unknown as Input[],
    ),
  AttachRolePolicy: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    it.attributes = {
      ...it.attributes,
      AttachedByHand: [...texts(it.attributes.AttachedByHand), text(call.input.PolicyArn)],
    }
    return {}
  },
  DetachRolePolicy: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    const arn = text(call.input.PolicyArn)
    const attached = [...texts(it.attributes.AttachedByHand), ...texts(it.properties.ManagedPolicyArns)]
    if (!attached.includes(arn)) throw noSuch(`Policy ${arn}`)
    it.attributes = {
      ...it.attributes,
      AttachedByHand: texts(it.attributes.AttachedByHand).filter((one) => one !== arn),
    }
    it.properties = {
      ...it.properties,
      ManagedPolicyArns: texts(it.properties.ManagedPolicyArns).filter((one) => one !== arn),
    }
    return {}
  },
  CreateRole: async (call) => {
    const kind = typeOf('AWS::IAM::Role')
    if (kind === undefined) throw new AwsError('ServiceFailure', 'no such type', 500)
    const { RoleName, AssumeRolePolicyDocument, Path, PermissionsBoundary, Tags } = call.input
    const properties = {
      RoleName,
      AssumeRolePolicyDocument,
      ...(Path !== undefined && { Path }),
      ...(PermissionsBoundary !== undefined && { PermissionsBoundary }),
      ...(Tags !== undefined && { Tags }),
    }
    const made = await make(kind, {
      cloud: call.cloud,
      type: 'AWS::IAM::Role',
      account: call.account,
      region: call.region,
      properties,
      nameFor: () => '',
    })
    return { Role: role(made) }
  },
  PutRolePolicy: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    document(call.input.PolicyDocument)
    const others = records(it.properties.Policies).filter((one) => one.PolicyName !== call.input.PolicyName)
    const { PolicyName, PolicyDocument } = call.input
    it.properties = { ...it.properties, Policies: [...others, { PolicyName, PolicyDocument }] }
    return {}
  },
  DeleteRolePolicy: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    const left = records(it.properties.Policies).filter((one) => one.PolicyName !== call.input.PolicyName)
    if (left.length === records(it.properties.Policies).length)
      throw noSuch(`The role policy with name ${text(call.input.PolicyName)}`)
    it.properties = { ...it.properties, Policies: left }
    return {}
  },
  DeleteRole: (call) => {
    const it = get(call, 'AWS::IAM::Role', text(call.input.RoleName))
    if (texts(it.properties.ManagedPolicyArns).length > 0 || records(it.properties.Policies).length > 0)
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409)
    return remove(call, it)
  },
  GetInstanceProfile: (call) => {
    const it = get(call, 'AWS::IAM::InstanceProfile', text(call.input.InstanceProfileName))
    return {
      InstanceProfile: {
        InstanceProfileName: it.id,
        InstanceProfileId: it.attributes.InstanceProfileId,
        Arn: it.arn,
        Path: '/',
        CreateDate: it.madeAt.toISOString(),
        Roles: texts(it.properties.Roles).map((name) => role(get(call, 'AWS::IAM::Role', name))),
      },
    }
  },
  ListInstanceProfiles: (call) =>
    listed(
      call,
      'InstanceProfiles',
      call.cloud.store.list('AWS::IAM::InstanceProfile', call).map((it) => ({
        InstanceProfileName: it.id,
        InstanceProfileId: it.attributes.InstanceProfileId,
        Arn: it.arn,
        Path: '/',
        CreateDate: it.madeAt.toISOString(),
        Roles: [],
      })),
    ),
  DeleteInstanceProfile: (call) =>
    remove(call, get(call, 'AWS::IAM::InstanceProfile', text(call.input.InstanceProfileName))),
  GetPolicy: (call) => {
    const it = get(call, 'AWS::IAM::ManagedPolicy', text(call.input.PolicyArn))
    return {
      Policy: {
        PolicyName: it.id.split('/').pop() ?? '',
        PolicyId: it.attributes.PolicyId,
        Arn: it.arn,
        DefaultVersionId: 'v1',
        CreateDate: it.madeAt.toISOString(),
        Tags: tags(it),
      },
    }
  },
  ListPolicies: (call) =>
    listed(
      call,
      'Policies',
      call.cloud.store.list('AWS::IAM::ManagedPolicy', call).map((it) => ({
        PolicyName: it.id.split('/').pop() ?? '',
        PolicyId: it.attributes.PolicyId,
        Arn: it.arn,
        DefaultVersionId: 'v1',
      })),
    ),
  DeletePolicy: (call) => remove(call, get(call, 'AWS::IAM::ManagedPolicy', text(call.input.PolicyArn))),
  ListOpenIDConnectProviders: (call) => ({
    OpenIDConnectProviderList: call.cloud.store.list('AWS::IAM::OIDCProvider', call).map((it) => ({ Arn: it.arn })),
  }),
  GetOpenIDConnectProvider: (call) => {
    const it = get(call, 'AWS::IAM::OIDCProvider', text(call.input.OpenIDConnectProviderArn))
    return {
      Url: text(it.properties.Url).replace('https://', ''),
      ClientIDList: texts(it.properties.ClientIdList),
      ThumbprintList: texts(it.properties.ThumbprintList),
      Tags: tags(it),
    }
  },
  DeleteOpenIDConnectProvider: (call) =>
    remove(call, get(call, 'AWS::IAM::OIDCProvider', text(call.input.OpenIDConnectProviderArn))),
  /** Denied is what is planted to be; all else is allowed. */
  SimulatePrincipalPolicy: ({ cloud, input }) => ({
    EvaluationResults: texts(input.ActionNames).map((action) => {
      const [service = '', name = ''] = action.split(':')
      const denied = cloud.faults.planted.some(
        ({ fault }) => fault.kind === 'denied' && [action, name, `${service}:*`, '*'].includes(fault.action),
      )
      return { EvalActionName: action, EvalDecision: denied ? 'implicitDeny' : 'allowed', EvalResourceName: '*' }
    }),
    IsTruncated: false,
  }),
  ListAccountAliases: () => ({ AccountAliases: [], IsTruncated: false }),
}
