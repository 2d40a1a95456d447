// What runs out while a site is on its own.

import type { Timer } from './timer.ts'

const hour = 3600
const day = 24 * hour

/** The time that the fleet asks a site to bear without its link. */
export function offlinePromise(seconds: number): Timer {
  return {
    id: 'site.offlineFor',
    title: 'the site has been on its own for as long as it is asked to bear',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'link.offlineFor of the site',
    decidedBy: 'standIn',
  }
}

/** A token for a private registry of ECR lives that long. */
export function registryToken(): Timer {
  return {
    id: 'registry.token',
    title: 'the token for the registry expires',
    minSeconds: 0,
    maxSeconds: 12 * hour,
    meanSeconds: 6 * hour,
    source: 'Amazon ECR API reference, GetAuthorizationToken: valid for 12 hours',
    decidedBy: 'document',
    note: 'it was renewed at some time in the twelve hours before the cut',
  }
}

/** What a pod signs with, got by its service account from STS: an hour, renewed before it is over. */
export function podCredentials(): Timer {
  return {
    id: 'aws.podCredentials',
    title: 'the AWS credentials of the pods expire',
    minSeconds: 0,
    maxSeconds: hour,
    meanSeconds: hour / 2,
    source: 'AWS STS API reference, AssumeRoleWithWebIdentity: DurationSeconds is 3600 by default',
    decidedBy: 'document',
    note: 'they were got at some time in the hour before the cut; a role or an SDK may say otherwise',
  }
}

/** What a hybrid node signs with, got over a hybrid activation of SSM. */
export function nodeCredentials(): Timer {
  return {
    id: 'aws.nodeCredentials',
    title: 'the AWS credentials of the hybrid nodes expire',
    minSeconds: 0,
    maxSeconds: hour,
    meanSeconds: hour / 2,
    source: 'EKS best practices guide, hybrid network disconnections, host credentials: one hour by SSM',
    decidedBy: 'document',
    note: 'with IAM Roles Anywhere as long as the profile says, up to twelve hours; back-off of the refresh up to 30 minutes',
  }
}

/** Certificates of an EKS Anywhere cluster, without an upgrade or a renewal in between. */
export function clusterCertificates(): Timer {
  return {
    id: 'eksAnywhere.certificates',
    title: 'the certificates of the cluster expire',
    minSeconds: 365 * day,
    maxSeconds: 365 * day,
    meanSeconds: 365 * day,
    source: 'EKS Anywhere documentation, certificate management: one year, renewed with each upgrade',
    decidedBy: 'document',
    note: 'counted from the cut, as if they had been renewed on the day before',
  }
}
