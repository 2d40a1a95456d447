// Flux's source controller: fetches repositories, buckets and charts, and gives them to the others over HTTP, from a store and at an
// address of its own for each cluster.

import { join } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import type { FluxConfig } from './flux-controller.ts'
import { fluxController } from './flux-controller.ts'

export const sourceControllerPorts = ['health', 'storage'] as const

export const sourceController = (
  of: ControlPlane,
  config: FluxConfig<(typeof sourceControllerPorts)[number]>,
): EngineSpec =>
  fluxController(of, 'source-controller', config, [
    `--storage-path=${join(of.folder, 'source-controller')}`,
    `--storage-addr=127.0.0.1:${config.ports.storage}`,
    `--storage-adv-addr=127.0.0.1:${config.ports.storage}`,
  ])
