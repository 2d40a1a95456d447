// The one place that loads the CDK. It is loaded when a template is wanted and not before, by `require`: an ESM import of its modules reads
// every export and costs two to three times as long. Only level-1 constructs are used, so what comes out is what was put in: no Lambda
// function, no custom resource, no asset, no bootstrap bucket. Logical ids are those given here, never made by hashing.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as Core from 'aws-cdk-lib'
import type * as AutoScaling from 'aws-cdk-lib/aws-autoscaling'
import type * as Ec2 from 'aws-cdk-lib/aws-ec2'
import type * as Eks from 'aws-cdk-lib/aws-eks'
import type * as Balancing from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import type * as Iam from 'aws-cdk-lib/aws-iam'
import type * as Kms from 'aws-cdk-lib/aws-kms'
import type * as Logs from 'aws-cdk-lib/aws-logs'
import type * as Route53 from 'aws-cdk-lib/aws-route53'

export interface Cdk {
  readonly core: typeof Core
  readonly autoscaling: typeof AutoScaling
  readonly ec2: typeof Ec2
  readonly eks: typeof Eks
  readonly balancing: typeof Balancing
  readonly iam: typeof Iam
  readonly kms: typeof Kms
  readonly logs: typeof Logs
  readonly route53: typeof Route53
  /** Of the format of a cloud assembly. */
  readonly schemaVersion: () => string
  /** The permissions that a version of the load balancer controller asks for, as its authors publish them. */
  readonly controllerPolicy: (version: string) => object | undefined
}

export type Template = Readonly<Record<string, unknown>> & {
  readonly Parameters?: Readonly<Record<string, { readonly Default?: string } & Readonly<Record<string, unknown>>>>
}

const require = createRequire(import.meta.url)
let loaded: Cdk | undefined

export function cdk(): Cdk {
  loaded ??= {
    core: require('aws-cdk-lib'),
    autoscaling: require('aws-cdk-lib/aws-autoscaling'),
    ec2: require('aws-cdk-lib/aws-ec2'),
    eks: require('aws-cdk-lib/aws-eks'),
    balancing: require('aws-cdk-lib/aws-elasticloadbalancingv2'),
    iam: require('aws-cdk-lib/aws-iam'),
    // few fleets need it
    get kms() {
      return require('aws-cdk-lib/aws-kms') as typeof Kms
    },
    logs: require('aws-cdk-lib/aws-logs'),
    route53: require('aws-cdk-lib/aws-route53'),
    schemaVersion: () =>
      (require('aws-cdk-lib/cloud-assembly-schema') as { Manifest: { version(): string } }).Manifest.version(),
    controllerPolicy: (version) => {
      try {
        // by its path: the package exports no such name
        const home = dirname(require.resolve('aws-cdk-lib/package.json'))
        return require(join(home, `aws-eks/lib/addons/alb-iam_policy-v${version}.json`)) as object
      } catch {
        return undefined
      }
    },
  }
  return loaded
}

/**
 * The template that `fill` makes of an empty stack: what `app.synth()` would write, without its files. A test compares the two.
 * The stack's own method is internal to the CDK, whose version is pinned.
 */
export const synthesised: Synthesis = (description, fill) => templateOf(filled(description, fill).stack)

export const templateOf = (stack: Core.Stack): Template =>
  stack.resolve((stack as unknown as { _toCloudFormation(): object })._toCloudFormation()) as Template

export type Synthesis = (description: string, fill: (stack: Core.Stack, cdk: Cdk) => void) => Template

export function filled(description: string, fill: (stack: Core.Stack, cdk: Cdk) => void, outdir?: string) {
  const { core } = cdk()
  const app = new core.App({
    treeMetadata: false,
    analyticsReporting: false,
    // seconds of WebAssembly that other checkers do in CI
    builtinCloudFormationValidation: false,
    ...(outdir === undefined ? {} : { outdir }),
  })
  const synthesizer = new core.LegacyStackSynthesizer() as Core.IStackSynthesizer
  const stack = new core.Stack(app, 'Stack', { description, analyticsReporting: false, synthesizer })
  fill(stack, cdk())
  return { app, stack }
}

/** An output by the very name that other stacks ask for. */
export function output(stack: Core.Stack, { core }: Cdk, name: string, value: string): void {
  new core.CfnOutput(stack, `Output${name}`, { value }).overrideLogicalId(name)
}
