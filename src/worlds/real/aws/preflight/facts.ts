// What several looks ask for, asked once.

import type { AvailabilityZone } from '@aws-sdk/client-ec2'
import type { Aws, Where } from '../clients.ts'
import { placeKey } from '../fleet-accounts.ts'
import { zonesIn } from '../zones.ts'

export class ZoneFacts {
  readonly #aws: Aws
  readonly #zones = new Map<string, Promise<readonly AvailabilityZone[]>>()

  constructor(aws: Aws) {
    this.#aws = aws
  }

  in(at: Where): Promise<readonly AvailabilityZone[]> {
    const key = placeKey(at)
    const known = this.#zones.get(key) ?? zonesIn(this.#aws, at)
    this.#zones.set(key, known)
    return known
  }
}
