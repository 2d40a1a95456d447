// How the events of a timeline name what they are about. All three worlds use these words, so that their timelines can be
// compared; expectations and reports look events up by them. `what` of each subject, with its values, is listed beside it.

/**
 * `power` on | off; `internet` up | down: the way of users and public checkers; `serviceLink` up | down: the way to its control
 * plane; `uplink` up | down: both. Also `mains` (a battery may hide it), `nodes` (a count), `late` (seconds) and `registrations`
 * possible | impossible.
 */
export const siteSubject = (site: string): string => `site/${site}`

/** A Region or zone as a whole: `everything` up | down; `controlPlane` up | down. */
export const regionSubject = (region: string): string => `region/${region}`
export const zoneSubject = (zone: string): string => `zone/${zone}`

/**
 * `controlPlane` up | down: whether its API answers; `controllers` running | stopped, told when they start anew; `disruption` none |
 * master: every node lost, evictions stopped.
 */
export const clusterSubject = (cluster: string): string => `cluster/${cluster}`

/** A zone as the node controller of the cluster sees it: `disruption` normal | partial | full. */
export const clusterZoneSubject = (cluster: string, zoneKey: string): string => `clusterZone/${cluster}/${zoneKey}`

/**
 * `power` on | off and `kubelet` up | down are the truth, `watch` lost | established its way to the API; `ready` True | False |
 * Unknown is what the API says; `noSchedule` and `noExecute` true | false are its taints.
 */
export const nodeSubject = (site: string, node: string): string => `node/${site}/${node}`

/**
 * A copy of an app at a site. `serving` (a count) is the truth: pods that would answer. The rest is what the API says, as counts:
 * `ready` pods, `endpoints` of the service, `pending` pods, pods `deleted` by eviction since the drill began, `replicas` wanted;
 * `version` present | broken | crashing: what its Deployment asks for; `health` healthy | unhealthy: what Karmada heard.
 * Without a count of their own: `runs` true | false (whether its containers can live), `restarted` and `pulled` (a pod), `removed`
 * and `status` (pods that changed though no count did).
 */
export const copySubject = (app: string, site: string): string => `copy/${app}/${site}`

/** An app wherever it runs: `release` present | broken | crashing: the version that is to be everywhere. */
export const appSubject = (app: string): string => `app/${app}`

/** An object of the copy, such as its Deployment: `object` present | absent. */
export const objectSubject = (app: string, site: string, kind: string): string => `object/${app}/${site}/${kind}`

/**
 * The front door of the copy, its load balancer: `targets` registered and `healthyTargets` as it believes, both counts; `answers`
 * the share of requests that it answers in truth; `late` seconds; `made` when a new one took the place of one deleted.
 */
export const doorSubject = (app: string, site: string): string => `door/${app}/${site}`

/** The way of those on the LAN of its site, where the door is a load balancer: `targets`, the pods that its nodes send them to. */
export const lanSubject = (app: string, site: string): string => `lan/${app}/${site}`

/** The public health check of the copy: `healthy` true | false; `port` that it asks. */
export const checkSubject = (app: string, site: string): string => `check/${app}/${site}`

/** What name servers answer to an audience: `answer` a site, or several with commas between. */
export const recordSubject = (host: string, audience: string): string => `record/${host}/${audience}`

/** The users: `served` the share that is answered, `servedBy` the sites that answer, with commas between. */
export const usersSubject = (app: string, audience: string): string => `users/${app}/${audience}`

/** `reachable` true | false. */
export const gitSubject = 'git/fleet'
export const registrySubject = 'registry/fleet'

/** Karmada of a federation: `karmada` up | down. */
export const federationSubject = (federation: string): string => `federation/${federation}`

/** A member as Karmada sees it: `ready` True | False | Unknown; `noSchedule` and `noExecute` true | false are its taints. */
export const memberSubject = (federation: string, cluster: string): string => `member/${federation}/${cluster}`

/**
 * An app that a federation places: `targets` its members with their replicas; `evicted` and `purged` name the member that it left;
 * `doubled` true | false: whether old and new copies run at once.
 */
export const bindingSubject = (federation: string, app: string): string => `binding/${federation}/${app}`
