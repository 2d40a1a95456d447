// Where nodes may run, as a person writes it: exactly one of the six kinds of place.

import { z } from 'zod'
import { count, exactlyOne, instanceType, region, zoneName } from './scalars.ts'

export const onPremisesProvider = z.enum(['vsphere', 'bareMetal', 'cloudStack', 'nutanix', 'snow', 'docker'])

export const outpost = z.strictObject({
  arn: z
    .string()
    .max(200)
    .regex(/^arn:aws[a-z-]*:outposts:[a-z0-9-]+:\d{12}:outpost\/op-[0-9a-f]{8,17}$/, 'an Outpost ARN'),
  region,
  anchorZone: zoneName.describe('The Availability Zone that the service link is anchored to'),
  formFactor: z.enum(['rack', 'server']).default('rack'),
  capacity: z
    .record(instanceType, count)
    .optional()
    .describe('Slots per instance type that the Outpost was ordered with'),
})

export const place = z
  .strictObject({
    region: region.optional().describe('Nodes in the Availability Zones of an AWS Region'),
    localZone: zoneName.optional().describe('An AWS Local Zone, by its zone name'),
    wavelength: zoneName.optional().describe('An AWS Wavelength Zone, by its zone name'),
    outpost: outpost.optional().describe('An AWS Outposts rack on your own floor'),
    hybrid: region.optional().describe('Your own hosts joined to an EKS cluster of this Region (EKS Hybrid Nodes)'),
    onPremises: onPremisesProvider.optional().describe('EKS Anywhere on your own machines'),
  })
  .superRefine(exactlyOne(['region', 'localZone', 'wavelength', 'outpost', 'hybrid', 'onPremises']))
