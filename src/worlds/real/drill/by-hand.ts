// What a person types where a drill cannot give back itself.

import { pathParts } from './in-cluster.ts'
import type { Undo } from './undo.ts'

/** `journal`: the file in which an object that was deleted is kept. */
export function byHand(undo: Undo, journal: string): readonly string[] {
  const region = 'where' in undo ? ` --region ${undo.where.region}` : ''
  switch (undo.kind) {
    case 'aclRules':
      return undo.rules.map(
        ({ number, egress }) =>
          `aws ec2 delete-network-acl-entry${region} --network-acl-id ${undo.acl} --rule-number ${number} --${egress ? 'egress' : 'ingress'}`,
      )
    case 'acl':
      return [
        `aws ec2 describe-network-acls${region} --network-acl-ids ${undo.acl} --query 'NetworkAcls[].Associations[].[NetworkAclAssociationId,SubnetId]' --output text`,
        `aws ec2 replace-network-acl-association${region} --network-acl-id ${undo.original} --association-id ID  (for each of them)`,
        `aws ec2 delete-network-acl${region} --network-acl-id ${undo.acl}`,
      ]
    case 'healthCheck':
      return [`aws route53 update-health-check --health-check-id ${undo.id} --port ${undo.port}`]
    case 'processes':
      return [
        `aws autoscaling resume-processes${region} --auto-scaling-group-name ${undo.group} --scaling-processes ${undo.processes.join(' ')}`,
      ]
    case 'scale': {
      const { namespace, resource, name } = pathParts(undo.path)
      return [
        `kubectl --namespace ${namespace} scale ${resource}/${name} --replicas=${undo.replicas}  (in ${undo.cluster})`,
      ]
    }
    case 'suspended': {
      const { namespace, resource, group, name } = pathParts(undo.path)
      return [
        `kubectl --namespace ${namespace} patch ${resource}.${group} ${name} --type=merge --patch='{"spec":{"suspend":false}}'  (in ${undo.cluster})`,
      ]
    }
    case 'object':
      return [
        `jq '[.away[].undo[] | select(.kind == "object" and .object.kind == "${undo.object.kind}" and .object.metadata.name == "${undo.object.metadata.name}").object][0]' ${journal} | kubectl apply --server-side --force-conflicts --filename=-  (in ${undo.cluster})`,
      ]
  }
}
