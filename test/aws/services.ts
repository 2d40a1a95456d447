// The services that the fake answers for, by the name in the credential scope of a signed request.

import { autoScalingActions } from './autoscaling.ts'
import type { Handlers } from './cloud.ts'
import { stackActions } from './cloudformation/actions.ts'
import { changeSetActions } from './cloudformation/change-sets.ts'
import { driftActions } from './cloudformation/drift.ts'
import { readingActions } from './cloudformation/reading.ts'
import { ec2Actions } from './ec2.ts'
import { eksActions, eksRoutes } from './eks.ts'
import { balancingActions } from './elbv2.ts'
import { iamActions } from './iam.ts'
import { ec2Query } from './protocols/ec2.ts'
import { awsJson } from './protocols/json.ts'
import type { Protocol } from './protocols/protocol.ts'
import { query } from './protocols/query.ts'
import { restJson } from './protocols/rest-json.ts'
import { restXml } from './protocols/rest-xml.ts'
import { quotaActions } from './quotas.ts'
import { route53Actions, route53Lists, route53Routes } from './route53.ts'
import { s3Actions, s3Protocol } from './s3.ts'
import { schedulerActions, schedulerRoutes } from './scheduler.ts'
import { ssmActions } from './ssm.ts'
import { stsActions } from './sts.ts'
import { taggingActions } from './tagging.ts'

export interface Service {
  readonly protocol: Protocol
  readonly actions: Handlers
}

export const services: Readonly<Record<string, Service>> = {
  cloudformation: {
    protocol: query('http://cloudformation.amazonaws.com/doc/2010-05-15/'),
    actions: { ...stackActions, ...readingActions, ...changeSetActions, ...driftActions },
  },
  ec2: { protocol: ec2Query, actions: ec2Actions },
  eks: { protocol: restJson(eksRoutes), actions: eksActions },
  sts: { protocol: query('https://sts.amazonaws.com/doc/2011-06-15/'), actions: stsActions },
  iam: { protocol: query('https://iam.amazonaws.com/doc/2010-05-08/'), actions: iamActions },
  elasticloadbalancing: {
    protocol: query('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/'),
    actions: balancingActions,
  },
  autoscaling: { protocol: query('http://autoscaling.amazonaws.com/doc/2011-01-01/'), actions: autoScalingActions },
  route53: {
    protocol: restXml('https://route53.amazonaws.com/doc/2013-04-01/', route53Routes, route53Lists),
    actions: route53Actions,
  },
  servicequotas: { protocol: awsJson, actions: quotaActions },
  tagging: { protocol: awsJson, actions: taggingActions },
  ssm: { protocol: awsJson, actions: ssmActions },
  scheduler: {
    protocol: restJson(schedulerRoutes),
    actions: schedulerActions((service) => services[service]?.actions),
  },
  s3: { protocol: s3Protocol, actions: s3Actions },
}
