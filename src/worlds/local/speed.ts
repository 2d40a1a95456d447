// `--speed N`: every constant that a flag or a manifest can say is divided by N; what cannot be is listed by `unscaled`. Rates are
// multiplied by N, client limits too: left alone they would hold back what a true run would not. Pure: numbers in, flags and manifests
// out. Nothing here changes anything at speed 1.

import type { Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Unscaled } from '../../timers/pace.ts'
import { intervalSeconds, leaseDurationSeconds, unscaledConstants, wholeSeconds } from '../../timers/pace.ts'

/** Beyond it a lease of a node, at least a second, and whole seconds of tolerations say nothing any more. */
export const speedMax = 60

export function speedOf(text: string): number {
  const speed = Number(text)
  if (Number.isFinite(speed) && speed >= 1 && speed <= speedMax) return speed
  throw new Refusal(
    'usage',
    `--speed takes a number from 1 to ${speedMax}, not ${text}`,
    '1, the default, leaves every constant as it is; 10 plays twenty minutes in two',
  )
}

// ---------------------------------------------------------------------------------------------- flags

interface Constant {
  readonly flag: string
  readonly value: number
  /** How it is written: a duration, whole seconds, or a rate that grows with the speed. */
  readonly as: 'duration' | 'seconds' | 'rate' | 'wholeRate'
}

/** As kube-controller-manager comes: k8s.io/kubernetes v1.36.3 cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go:39. */
const kubeControllerManager: readonly Constant[] = [
  { flag: 'node-monitor-period', value: 5, as: 'duration' },
  { flag: 'node-monitor-grace-period', value: 50, as: 'duration' },
  { flag: 'node-startup-grace-period', value: 60, as: 'duration' },
  { flag: 'node-eviction-rate', value: 0.1, as: 'rate' },
  { flag: 'secondary-node-eviction-rate', value: 0.01, as: 'rate' },
  { flag: 'kube-api-qps', value: 20, as: 'rate' },
]

/** What pods get that say nothing themselves: plugin/pkg/admission/defaulttolerationseconds/admission.go:44. */
const kubeApiserver: readonly Constant[] = [
  { flag: 'default-not-ready-toleration-seconds', value: 300, as: 'seconds' },
  { flag: 'default-unreachable-toleration-seconds', value: 300, as: 'seconds' },
]

/** The ceiling and the pace of retries, of both programs: karmada v1.18.2 pkg/sharedcli/ratelimiterflag/ratelimiterflag.go:44. */
const karmadaRetries: readonly Constant[] = [
  { flag: 'rate-limiter-max-delay', value: 1000, as: 'duration' },
  { flag: 'rate-limiter-qps', value: 10, as: 'wholeRate' },
]

/** karmada v1.18.2 cmd/controller-manager/app/options/options.go:165, cluster_failover.go:52. */
const karmadaControllerManager: readonly Constant[] = [
  { flag: 'cluster-status-update-frequency', value: 10, as: 'duration' },
  { flag: 'cluster-failure-threshold', value: 30, as: 'duration' },
  { flag: 'cluster-success-threshold', value: 30, as: 'duration' },
  { flag: 'cluster-monitor-period', value: 5, as: 'duration' },
  { flag: 'cluster-monitor-grace-period', value: 40, as: 'duration' },
  { flag: 'cluster-startup-grace-period', value: 60, as: 'duration' },
  { flag: 'graceful-eviction-timeout', value: 600, as: 'duration' },
  { flag: 'resource-eviction-rate', value: 0.5, as: 'rate' },
  ...karmadaRetries,
]

/** karmada v1.18.2 cmd/agent/app/options/options.go:165; it renews its lease after a quarter of its duration. */
const karmadaAgent: readonly Constant[] = [
  { flag: 'cluster-status-update-frequency', value: 10, as: 'duration' },
  { flag: 'cluster-failure-threshold', value: 30, as: 'duration' },
  { flag: 'cluster-success-threshold', value: 30, as: 'duration' },
  { flag: 'cluster-lease-duration', value: 40, as: 'duration' },
  ...karmadaRetries,
]

/** fluxcd/pkg/runtime v0.110.3 controller/rate_limiter.go:28; kustomize-controller v1.9.5 main.go:116. */
const fluxController: readonly Constant[] = [
  { flag: 'max-retry-delay', value: 900, as: 'duration' },
  { flag: 'requeue-dependency', value: 30, as: 'duration' },
]

const tables = { kubeControllerManager, kubeApiserver, karmadaControllerManager, karmadaAgent, fluxController } as const

/** Flags to add to those of an engine; none at speed 1. */
export const speedFlags = (engine: keyof typeof tables, speed = 1): readonly string[] =>
  speed === 1 ? [] : tables[engine].map((constant) => `--${constant.flag}=${written(constant, speed)}`)

function written({ value, as }: Constant, speed: number): string {
  if (as === 'duration') return `${Math.max(1, Math.round((value / speed) * 1000))}ms`
  if (as === 'seconds') return String(wholeSeconds(value, speed))
  return String(as === 'rate' ? Number((value * speed).toPrecision(6)) : Math.ceil(value * speed))
}

/** For `--node-lease-duration-seconds` of KWOK, which renews a lease after a quarter of that. */
export const kwokLeaseSeconds = (speed = 1): number => wholeSeconds(leaseDurationSeconds, speed)

// ---------------------------------------------------------------------------------------------- manifests

/** Fields that take whole seconds, wherever in a manifest they stand. */
const secondsFields = new Set([
  // of pods, and of clusters in the policies of Karmada; how long an app may be unhealthy
  'tolerationSeconds',
  'minReadySeconds',
  'progressDeadlineSeconds',
  'terminationGracePeriodSeconds',
  // of Karmada's failover of an app
  'gracePeriodSeconds',
  'gracefulEvictionTolerationSeconds',
  // of a probe; a `timeoutSeconds` is none that anybody waits for
  'initialDelaySeconds',
  'periodSeconds',
])

/** Durations of Flux. A `timeout` stays: it bounds the work itself, which is no faster than it is. */
const durationFields = new Set(['interval', 'retryInterval'])

/** What is data, or somebody else's schema. */
const opaque = new Set(['metadata', 'data', 'stringData', 'binaryData', 'openAPIV3Schema'])

/**
 * A copy of a manifest whose times are divided: whole seconds where the field takes no others, at least 1; what is 0 or left out stays so.
 * Untouched are times inside text (a patch in a Kustomization, a ConfigMap, a file of values), and cron schedules, whose finest step
 * is a minute.
 */
export const spedUp = <T>(object: T, speed: number): T => (speed === 1 ? object : (inside(object, speed) as T))

function inside(value: unknown, speed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => inside(item, speed))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, field(key, held, speed)]))
}

function field(key: string, value: unknown, speed: number): unknown {
  if (opaque.has(key)) return value
  if (typeof value === 'number' && secondsFields.has(key)) return wholeSeconds(value, speed)
  if (typeof value === 'string' && durationFields.has(key)) return shorter(value, speed)
  return inside(value, speed)
}

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** A duration as Flux and Go write it; other text, such as a cron schedule or a variable, stays as it is. */
function shorter(text: string, speed: number): string {
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) return text
  const seconds = [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, figure, unit]) => sum + Number(figure) * (units[unit ?? 's'] ?? 1),
    0,
  )
  return `${Math.round(intervalSeconds(seconds, speed) * 1000)}ms`
}

// ---------------------------------------------------------------------------------------------- what stays

/** Constants that stay as they are at any speed, of the engines that this plan needs. */
export function unscaled(plan: Plan): readonly Unscaled[] {
  const has = {
    kubernetes: plan.fleet.clusters.length > 0,
    'client-go': plan.fleet.clusters.length > 0,
    kwok: plan.fleet.clusters.length > 0,
    karmada: plan.fleet.federations.length > 0,
    flux: plan.fleet.gitops !== undefined,
  }
  return unscaledConstants.filter(({ engine }) => has[engine])
}

/** The same as sentences, with what they are in drill time. Empty at speed 1. */
export const unscaledText = (plan: Plan, speed: number): readonly string[] =>
  speed === 1
    ? []
    : unscaled(plan).map(
        ({ engine, what, minSeconds, maxSeconds, why }) =>
          `${engine}: ${what}: ${range(minSeconds, maxSeconds)} stay (${why}), ${range(minSeconds * speed, maxSeconds * speed)} of the drill`,
      )

const range = (from: number, to: number): string =>
  from === to ? `${figure(to)} s` : `${figure(from)} to ${figure(to)} s`

const figure = (seconds: number): string => String(Number(seconds.toPrecision(3)))
