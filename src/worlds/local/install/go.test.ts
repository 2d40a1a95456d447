import { expect, test } from 'vitest'
import { versionIn } from './given.ts'
import { isOlder, neededGo, parseGoVersion, refusalOf } from './go.ts'

test('versions of Go are read and ordered as numbers', () => {
  expect(parseGoVersion('go version go1.26.8 linux/amd64')).toBe('1.26.8')
  expect(parseGoVersion('go version go1.27 darwin/arm64')).toBe('1.27')
  expect(parseGoVersion('not Go at all')).toBeUndefined()
  expect(neededGo('module a\n\ngo 1.26.0\n')).toBe('1.26.0')
  expect(isOlder('1.9.9', '1.26.0')).toBe(true)
  expect(isOlder('1.26', '1.26.0')).toBe(false)
  expect(isOlder('2.0.0', '1.26.0')).toBe(false)
})

test.each([
  ['compile: writing output: write $WORK/b1/_pkg_.a: no space left on device', 'the disk is full'],
  ['verifying github.com/a/b@v1.0.0: checksum mismatch\nSECURITY ERROR', 'a module is not what the lock says'],
  ['k8s.io/kubernetes/cmd/kube-apiserver: /usr/local/go/pkg/tool/link: signal: killed', 'not enough memory'],
  ['Get "https://proxy.example.com/x": dial tcp: lookup proxy.example.com: no such host', 'cannot be reached'],
  ['reading https://proxy.example.com/x/@v/v1.zip: 403 Forbidden', 'does not serve a module'],
  ['missing go.sum entry for module providing package x', 'a bug of skerry'],
  ['./main.go:3:1: syntax error', 'Go could not build it'],
])('%s', (complaint, message) => {
  const refusal = refusalOf(`go: downloading example.com/a v1.0.0\nexample.com/a/b\n${complaint}\n`, null)
  expect(refusal.message).toContain(message)
  expect(refusal.hint).not.toBe('')
  expect(refusal.problems.map((it) => it.message).join('\n')).toBe(complaint)
})

test('Go that was ended from outside says by what', () => {
  expect(refusalOf('', 'SIGTERM').message).toBe('Go was ended by SIGTERM')
})

test.each([
  ['etcd Version: 3.6.13\nGit SHA: Not provided\nGo Version: go1.26.8', 'v3.6.13'],
  ['Kubernetes v1.36.3', 'v1.36.3'],
  ['karmadactl version: version.Info{GitVersion:"v1.18.2", GitCommit:"unknown", GoVersion:"go1.26.8"}', 'v1.18.2'],
  ['v3.22.0+gabcdef', 'v3.22.0+gabcdef'],
  ['Kubernetes v1.35.0-eks-1-35-4', 'v1.35.0-eks-1-35-4'],
  ['go1.26.8', undefined],
  ['', undefined],
])('%s', (said, version) => {
  expect(versionIn(said)).toBe(version)
})
