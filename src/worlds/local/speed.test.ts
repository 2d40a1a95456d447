// What `--speed` makes of flags and manifests.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intervalSeconds, paceOf, wholeSeconds } from '../../timers/pace.ts'
import { kubeApiserver } from './engines/kube-apiserver.ts'
import { kubeControllerManager } from './engines/kube-controller-manager.ts'
import { kwokLeaseSeconds, spedUp, speedFlags, speedOf } from './speed.ts'
import { virginia } from './testing/control-plane.case.ts'

const serviceCidr = '10.96.0.0/12'

test('at speed 1 no engine gets a flag, and a manifest is the very same object', () => {
  const manifest = { kind: 'Deployment', spec: { minReadySeconds: 30 } }
  expect(speedFlags('kubeControllerManager')).toEqual([])
  expect(spedUp(manifest, 1)).toBe(manifest)
  expect(kwokLeaseSeconds()).toBe(40)
  const plain = kubeControllerManager(virginia, { ports: { https: 10257 }, serviceCidr })
  expect(kubeControllerManager({ ...virginia, speed: 1 }, { ports: { https: 10257 }, serviceCidr })).toEqual(plain)
})

test('at speed 10 durations are a tenth, rates ten times as high, and tolerations whole seconds', () => {
  expect(speedFlags('kubeControllerManager', 10)).toEqual([
    '--node-monitor-period=500ms',
    '--node-monitor-grace-period=5000ms',
    '--node-startup-grace-period=6000ms',
    '--node-eviction-rate=1',
    '--secondary-node-eviction-rate=0.1',
    '--kube-api-qps=200',
  ])
  const of = { ...virginia, speed: 10 }
  expect(kubeApiserver(of, { ports: { https: 6443 }, etcdPort: 2379, serviceCidr }).args).toContain(
    '--default-unreachable-toleration-seconds=30',
  )
  expect(speedFlags('karmadaControllerManager', 10)).toContain('--resource-eviction-rate=5')
})

test('a manifest is divided where it says a time, and nowhere else', () => {
  const policy = {
    kind: 'PropagationPolicy',
    metadata: { name: 'game', annotations: { interval: '10m0s' } },
    spec: {
      failover: { application: { decisionConditions: { tolerationSeconds: 480 }, gracePeriodSeconds: 600 } },
      placement: { clusterTolerations: [{ key: 'x', tolerationSeconds: 60 }, { key: 'y' }] },
    },
  }
  expect(spedUp(policy, 10)).toEqual({
    kind: 'PropagationPolicy',
    metadata: { name: 'game', annotations: { interval: '10m0s' } },
    spec: {
      failover: { application: { decisionConditions: { tolerationSeconds: 48 }, gracePeriodSeconds: 60 } },
      placement: { clusterTolerations: [{ key: 'x', tolerationSeconds: 6 }, { key: 'y' }] },
    },
  })
  expect(spedUp({ kind: 'Kustomization', spec: { interval: '10m0s', timeout: '5m0s', wait: true } }, 10)).toEqual({
    kind: 'Kustomization',
    spec: { interval: '60000ms', timeout: '5m0s', wait: true },
  })
  // nobody needs a source that is fetched ten times a second, and no schedule is a duration
  expect(spedUp({ spec: { interval: '5s', retryInterval: '0 3 * * *' } }, 10)).toEqual({
    spec: { interval: '1000ms', retryInterval: '0 3 * * *' },
  })
  expect(spedUp({ tolerationSeconds: 0 }, 10)).toEqual({ tolerationSeconds: 0 })
})

test('what a manifest really says at a speed is what the twin takes it for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 2, max: 60 }), (seconds, speed) => {
      const pace = paceOf(speed)
      expect(pace.whole(seconds)).toBeCloseTo(wholeSeconds(seconds, speed) * speed, 6)
      expect(spedUp({ tolerationSeconds: seconds }, speed).tolerationSeconds * speed).toBeCloseTo(
        pace.whole(seconds),
        6,
      )
      const written = Number.parseInt(spedUp({ interval: `${seconds}s` }, speed).interval, 10)
      expect((written / 1000) * speed).toBeCloseTo(pace.interval(seconds), 3)
      expect(intervalSeconds(seconds, speed)).toBeGreaterThanOrEqual(1)
    }),
  )
})

test('a speed is a number from 1 to 60', () => {
  expect(speedOf('10')).toBe(10)
  for (const wrong of ['0', '61', 'fast', '']) expect(() => speedOf(wrong)).toThrow(/--speed takes/)
})
