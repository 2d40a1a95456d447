// What nodes and pods of KWOK go through here, as stages: a kubelet's behaviour as far as the API sees it. KWOK's own stages make a pod
// ready the moment it is bound; these wait as long as the app takes to start, hear of crashes and of releases that fail, bring a node
// back with the next status that its kubelet would write, and correct a pod that the control plane wrote off.
//
// KWOK chooses by chance among stages that match at once, and does not forget a stage that no longer matches: so each state of a pod
// matches one stage at most, and a state that follows another within its delay matches one too (KWOK v0.8.0
// pkg/kwok/controllers/pod_controller.go).

import { crashBackoff } from '../../../timers/kubelet.ts'

/** Annotations of pods that a drill writes, in a pod or in the template of its Deployment. */
export const podAnnotations = {
  /** `true`: its containers cannot live. */
  crashed: 'skerry.dev/crashed',
  /** `broken`: never ready; `crashing`: ready, and dead for good after as long again. */
  release: 'skerry.dev/release',
  /** On pods that run, before KWOK is started again: their node was without power. Taken away when they start anew. */
  rebooted: 'skerry.dev/rebooted',
} as const

/** Pods of a namespace that have these labels, and how long they take from bound to ready. */
export interface PodStartup {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly startupSeconds: number
}

/** A kubelet writes the status of its node, and corrects that of its pods, every 10 s (timers/kubelet.ts: nodeStatus, statusBatch). */
const kubeletPeriodSeconds = 10

/** YAML documents, each of them written as JSON. */
export function stagesText(startups: readonly PodStartup[], speed: number): string {
  const stages = [...nodeStages(speed), ...podStages(startups, speed)]
  return `${stages.map((stage) => JSON.stringify(stage, null, 1)).join('\n---\n')}\n`
}

function nodeStages(speed: number): readonly Stage[] {
  return [
    stage('node-begin', 'Node', [where(nodeReady, 'DoesNotExist')], undefined, [status(nodeStatus)]),
    stage(
      'node-back',
      'Node',
      [where(nodeReady, 'In', 'Unknown', 'False')],
      { durationFrom: jq(nextTick('.metadata.name', speed)) },
      [status(nodeStatus)],
    ),
  ]
}

function podStages(startups: readonly PodStartup[], speed: number): readonly Stage[] {
  const startMs = startupExpression(startups, speed)
  const start: Delay = { durationFrom: jq(`"\\(${startMs})ms"`) }
  const within = (fromSeconds: number, toSeconds: number): Delay => ({
    durationMilliseconds: Math.round((fromSeconds * 1_000) / speed),
    jitterDurationMilliseconds: Math.round((toSeconds * 1_000) / speed),
  })
  const pod = (name: string, matches: readonly Match[], delay: Delay | undefined, ...steps: readonly object[]) =>
    stage(name, 'Pod', [where('.metadata.deletionTimestamp', 'DoesNotExist'), ...matches], delay, steps)
  return [
    // the kubelet hears of it and stops the containers; the endpoints have left before (twin: machines/containers.ts)
    stage('pod-delete', 'Pod', [where('.metadata.deletionTimestamp', 'Exists')], within(0.3, 2), [{ delete: true }]),

    pod('pod-start', [pending, isNotCrashed, isNot('broken')], start, status(ready)),
    pod('pod-start-broken', [pending, isNotCrashed, is('broken')], undefined, status(broken)),
    pod('pod-start-crashed', [pending, isCrashed], undefined, status(crashed)),

    pod('pod-reboot', [running, isRebooted], undefined, status(starting), {
      patch: { root: 'metadata', type: 'merge', template: `annotations:\n  ${podAnnotations.rebooted}: null\n` },
    }),
    pod('pod-crash', [running, isNotRebooted, isCrashed, isUp], within(0.2, 1.5), status(crashed)),
    pod(
      'pod-crash-release',
      [running, isNotRebooted, isNotCrashed, is('crashing'), isUp, where(podReady, 'In', 'True')],
      start,
      status(crashed),
    ),
    pod(
      'pod-restart',
      [running, isNotRebooted, isNotCrashed, isNot('broken', 'crashing'), isDown, where(waiting, 'In', crashLoop)],
      { durationFrom: jq(restartExpression(startMs, speed)) },
      status(ready),
    ),
    pod(
      'pod-start-again',
      [running, isNotRebooted, isNotCrashed, isNot('broken'), isDown, where(waiting, 'In', creating)],
      start,
      status(ready),
    ),
    pod(
      'pod-correct',
      [running, isNotRebooted, isNotCrashed, isNot('broken'), isUp, where(podReady, 'In', 'False')],
      { durationFrom: jq(nextTick('.spec.nodeName', speed)) },
      status(ready),
    ),
  ]
}

// --- how states are told apart

const conditionOf = (type: string): string => `.status.conditions[]? | select(.type == "${type}") | .status`
const nodeReady = conditionOf('Ready')
const podReady = conditionOf('Ready')
const waiting = '.status.containerStatuses[]?.state.waiting.reason'
const crashLoop = 'CrashLoopBackOff'
const creating = 'ContainerCreating'
const annotation = (name: string): string => `.metadata.annotations["${name}"]`

const where = (key: string, operator: Operator, ...values: readonly string[]): Match => ({
  jq: { key, operator, ...(values.length > 0 && { values }) },
})

const pending = where('.status.phase', 'In', 'Pending')
const running = where('.status.phase', 'In', 'Running')
const isCrashed = where(annotation(podAnnotations.crashed), 'In', 'true')
const isNotCrashed = where(annotation(podAnnotations.crashed), 'NotIn', 'true')
const isRebooted = where(annotation(podAnnotations.rebooted), 'Exists')
const isNotRebooted = where(annotation(podAnnotations.rebooted), 'DoesNotExist')
const is = (release: string): Match => where(annotation(podAnnotations.release), 'In', release)
const isNot = (...releases: readonly string[]): Match => where(annotation(podAnnotations.release), 'NotIn', ...releases)
/** What its kubelet knows; the control plane writes Ready alone. */
const isUp = where(conditionOf('ContainersReady'), 'In', 'True')
const isDown = where(conditionOf('ContainersReady'), 'In', 'False')

// --- how long they take

/** Milliseconds from bound to ready; what is no app of the fleet starts at once. */
function startupExpression(startups: readonly PodStartup[], speed: number): string {
  // those that say more are asked first
  const sorted = [...startups].sort((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length)
  const branches = sorted.map(({ namespace, labels, startupSeconds }) => {
    const conditions = [
      `.metadata.namespace == ${JSON.stringify(namespace)}`,
      ...Object.entries(labels).map(
        ([key, value]) => `.metadata.labels[${JSON.stringify(key)}] == ${JSON.stringify(value)}`,
      ),
    ]
    return `if ${conditions.join(' and ')} then ${Math.round((startupSeconds * 1_000) / speed)} else `
  })
  return `(${branches.join('')}0${' end'.repeat(branches.length)})`
}

/** Until the kubelet of that node looks again: all of a node at once, and nodes at different times. */
function nextTick(node: string, speed: number): string {
  const period = Math.max(1, Math.round((kubeletPeriodSeconds * 1_000) / speed))
  const phase = `([${node} | explode[]] | to_entries | map((.key + 1) * .value * 7919) | add)`
  return `${phase} as $phase | "\\(${period} - (((now * 1000 | floor) + $phase) % ${period}))ms"`
}

/** Until the next try of a container that ended when its pod became unready: at once, after 10 s, doubled up to 300 s. */
function restartExpression(startMs: string, speed: number): string {
  const { firstSeconds, maxSeconds } = crashBackoff
  const tries: number[] = [0]
  for (let wait: number = firstSeconds; wait < maxSeconds; wait *= 2) tries.push((tries.at(-1) ?? 0) + wait)
  const last = tries.at(-1) ?? 0
  const all = `(${tries.join(', ')}, (range(1; 2000) * ${maxSeconds} + ${last}))`
  const since = '(.status.conditions[] | select(.type == "ContainersReady") | .lastTransitionTime | fromdate)'
  return (
    `${startMs} as $start | ((now - ${since}) * ${speed}) as $elapsed ` +
    `| (first(${all} | select(. > $elapsed)) - $elapsed) as $wait | "\\($wait * 1000 / ${speed} + $start | floor)ms"`
  )
}

// --- what is written

const now = '{{ $now := Now }}\n{{ $root := . }}'
const condition = (type: string, value: 'True' | 'False', more = ''): string =>
  `- type: ${type}\n  status: "${value}"\n  lastTransitionTime: {{ $now | Quote }}\n${more}`
const unready = '  reason: ContainersNotReady\n'
const conditions = (value: 'True' | 'False'): string =>
  `conditions:\n${condition('Initialized', 'True')}${condition('Ready', value, value === 'False' ? unready : '  reason: ""\n')}${condition('ContainersReady', value, value === 'False' ? unready : '  reason: ""\n')}{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}`
const containers = (isReady: boolean, state: string): string => `containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: ${isReady}
  started: ${isReady}
  restartCount: 0
  state:
${state}{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  state:
    terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} }
{{ end }}`
/** Given once: KWOK would give another address each time, and a list of addresses is merged. */
const addresses = `phase: Running
{{ if not .status.podIP }}
startTime: {{ $now | Quote }}
{{ $hosts := NodeIPsWith .spec.nodeName }}
{{ with $hosts }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ $pods := PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
{{ with $pods }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ end }}
`
const runs = '    running: { startedAt: {{ $now | Quote }} }\n'
const waits = (reason: string): string => `    waiting: { reason: ${reason} }\n`
const podStatus = (value: 'True' | 'False', state: string): string =>
  `${now}\n${conditions(value)}\n${containers(value === 'True', state)}\n${addresses}`

const ready = podStatus('True', runs)
const broken = podStatus('False', runs)
const crashed = podStatus('False', waits(crashLoop))
const starting = podStatus('False', waits(creating))

const nodeStatus = `{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
addresses:
{{ with NodeIP }}
- { address: {{ . | Quote }}, type: InternalIP }
{{ end }}
{{ with NodeName }}
- { address: {{ . | Quote }}, type: Hostname }
{{ end }}
phase: Running
`

// --- the kind

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
interface Match {
  readonly jq: { readonly key: string; readonly operator: Operator; readonly values?: readonly string[] }
}
interface Delay {
  readonly durationMilliseconds?: number
  readonly jitterDurationMilliseconds?: number
  readonly durationFrom?: { readonly jq: { readonly expression: string } }
}
type Stage = Readonly<Record<string, unknown>>

const jq = (expression: string) => ({ jq: { expression } })
const status = (template: string) => ({ patch: { subresource: 'status', root: 'status', template } })

const stage = (
  name: string,
  kind: 'Node' | 'Pod',
  matchExpressions: readonly Match[],
  delay: Delay | undefined,
  steps: readonly object[],
): Stage => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: {
    resourceRef: { apiGroup: 'v1', kind },
    selector: { matchExpressions },
    ...(delay !== undefined && { delay }),
    steps,
  },
})
