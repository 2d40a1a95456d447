// The Regions, Local Zones and Wavelength Zones that the fake has: those of the examples and some more, by their real names.
// https://docs.aws.amazon.com/local-zones/latest/ug/available-local-zones.html
// https://docs.aws.amazon.com/wavelength/latest/developerguide/available-wavelength-zones.html

export interface Zone {
  readonly name: string
  readonly id: string
  readonly kind: 'availability-zone' | 'local-zone' | 'wavelength-zone'
  readonly group: string
  readonly parent: string | undefined
}

const regions: Readonly<
  Record<string, { readonly short: string; readonly letters: string; readonly edge: readonly string[] }>
> = {
  'us-east-1': {
    short: 'use1',
    letters: 'abcdef',
    edge: [
      ...[
        'atl-1a',
        'atl-2a',
        'bos-1a',
        'chi-2a',
        'dfw-2a',
        'iah-2a',
        'mci-1a',
        'mia-2a',
        'msp-1a',
        'nyc-2a',
        'phl-1a',
        'bue-1a',
        'lim-1a',
        'qro-1a',
        'scl-1a',
      ],
      ...[
        'wl1-atl-wlz-1',
        'wl1-bna-wlz-1',
        'wl1-bos-wlz-1',
        'wl1-chi-wlz-1',
        'wl1-clt-wlz-1',
        'wl1-dfw-wlz-1',
        'wl1-dtw-wlz-1',
        'wl1-iah-wlz-1',
        'wl1-mia-wlz-1',
        'wl1-msp-wlz-1',
        'wl1-nyc-wlz-1',
        'wl1-tpa-wlz-1',
        'wl1-was-wlz-1',
      ],
    ],
  },
  'us-east-2': { short: 'use2', letters: 'abc', edge: [] },
  'us-west-1': { short: 'usw1', letters: 'ac', edge: [] },
  'us-west-2': {
    short: 'usw2',
    letters: 'abcd',
    edge: [
      ...['den-1a', 'hnl-1a', 'las-1a', 'lax-1a', 'lax-1b', 'pdx-1a', 'phx-2a', 'sea-1a'],
      ...['wl1-den-wlz-1', 'wl1-las-wlz-1', 'wl1-lax-wlz-1', 'wl1-phx-wlz-1', 'wl1-sea-wlz-1', 'wl1-sfo-wlz-1'],
    ],
  },
  'ca-central-1': { short: 'cac1', letters: 'abd', edge: ['wl1-yto-wlz-1'] },
  'eu-west-1': { short: 'euw1', letters: 'abc', edge: [] },
  'eu-west-2': { short: 'euw2', letters: 'abc', edge: ['wl1-lon-wlz-1', 'wl1-man-wlz-1', 'wl2-man-wlz-1'] },
  'eu-west-3': { short: 'euw3', letters: 'abc', edge: [] },
  'eu-north-1': { short: 'eun1', letters: 'abc', edge: ['cph-1a', 'hel-1a'] },
  'eu-central-1': {
    short: 'euc1',
    letters: 'abc',
    edge: ['ham-1a', 'waw-1a', 'wl1-ber-wlz-1', 'wl1-dtm-wlz-1', 'wl1-muc-wlz-1'],
  },
  'ap-northeast-1': { short: 'apne1', letters: 'acd', edge: ['tpe-1a', 'wl1-kix-wlz-1', 'wl1-nrt-wlz-1'] },
  'ap-northeast-2': { short: 'apne2', letters: 'abcd', edge: ['wl1-cjj-wlz-1', 'wl1-sel-wlz-1'] },
  'ap-southeast-1': { short: 'apse1', letters: 'abc', edge: ['bkk-1a', 'mnl-1a'] },
  'ap-southeast-2': { short: 'apse2', letters: 'abc', edge: ['akl-1a', 'per-1a'] },
  'ap-south-1': { short: 'aps1', letters: 'abc', edge: ['ccu-1a', 'del-1a'] },
  'sa-east-1': { short: 'sae1', letters: 'abc', edge: [] },
}

export const regionNames = Object.keys(regions)

export function zonesOf(region: string): readonly Zone[] {
  const found = regions[region]
  if (found === undefined) return []
  return [
    ...[...found.letters].map(
      (letter, index): Zone => ({
        name: `${region}${letter}`,
        id: `${found.short}-az${index + 1}`,
        kind: 'availability-zone',
        group: `${region}-zg-1`,
        parent: undefined,
      }),
    ),
    ...found.edge.map((edge): Zone => {
      const isWavelength = edge.startsWith('wl')
      return {
        name: `${region}-${edge}`,
        id: isWavelength
          ? `${found.short}-${edge}`
          : `${found.short}-${edge.slice(0, -1).replace(/-(\d)$/, '$1')}-az${edge.charCodeAt(edge.length - 1) - 96}`,
        kind: isWavelength ? 'wavelength-zone' : 'local-zone',
        // each Wavelength Region of a carrier is one group; each Local Zone location one of its own
        group: isWavelength ? `${region}-${edge.slice(0, 3)}` : `${region}-${edge.slice(0, -1)}`,
        parent: `${region}${found.letters[0]}`,
      }
    }),
  ]
}

/**
 * Types that are offered; what a Region has beyond these does not matter here. Edge zones have few: what a fleet asks for must be on the list.
 * https://aws.amazon.com/about-aws/global-infrastructure/localzones/features/ https://docs.aws.amazon.com/wavelength/latest/developerguide/wavelength-quotas.html
 */
const regionTypes = [
  't3.micro',
  't3.small',
  't3.medium',
  't3.large',
  't3.xlarge',
  't3.2xlarge',
  't4g.medium',
  'm5.large',
  'm5.xlarge',
  'm5.2xlarge',
  'm5.4xlarge',
  'm6i.large',
  'm6i.xlarge',
  'm6i.2xlarge',
  'm7i.large',
  'm7i.xlarge',
  'm7g.large',
  'm7g.xlarge',
  'c5.large',
  'c5.xlarge',
  'c5.2xlarge',
  'c5.4xlarge',
  'c6i.large',
  'c6i.xlarge',
  'c6g.large',
  'r5.large',
  'r5.xlarge',
  'r5.2xlarge',
  'r6i.large',
  'r6i.xlarge',
  'g4dn.xlarge',
  'g4dn.2xlarge',
  'g5.xlarge',
  'g5.2xlarge',
  'p5.48xlarge',
]
const localZoneTypes = [
  't3.medium',
  't3.large',
  't3.xlarge',
  't3.2xlarge',
  'm5.large',
  'm5.xlarge',
  'm5.2xlarge',
  'm5.4xlarge',
  'm6i.large',
  'm6i.xlarge',
  'c5.large',
  'c5.xlarge',
  'c5.2xlarge',
  'c5.4xlarge',
  'c6i.large',
  'c6i.xlarge',
  'r5.large',
  'r5.xlarge',
  'r5.2xlarge',
  'g4dn.xlarge',
  'g4dn.2xlarge',
]
const wavelengthTypes = ['t3.medium', 't3.xlarge', 'r5.2xlarge', 'g4dn.2xlarge']

export const typesIn = (zone: Zone): readonly string[] =>
  ({ 'availability-zone': regionTypes, 'local-zone': localZoneTypes, 'wavelength-zone': wavelengthTypes })[zone.kind]
