// Hardware files: what is read of them, and what never gets any further.

import { expect, test } from 'vitest'
import { fleetFrom } from './from.ts'

const fleet = (csv = 'hw/shop.csv') => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", singleNode: true, endpoint: 10.1.0.10, hardware: { csv: ${csv} } } }]
sites: [{ name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }]
`
const head = 'hostname,mac,ip_address,netmask,gateway,nameservers,disk,labels,bmc_ip,bmc_username,bmc_password\n'
const row = (password: string, name = 'shop-1') =>
  `${name},0c:c4:7a:00:00:01,10.1.0.11,255.255.255.0,10.1.0.1,10.1.0.1|10.1.0.2,/dev/sda,type=cp|rack=3,10.1.0.12,Admin,${password}\n`

test('a machine is read by its columns, in whatever order, with its line', () => {
  const { hardware } = fleetFrom(fleet(), { 'hw/shop.csv': head + row(`\${BMC_PASSWORD}`) })
  expect(hardware?.['hw/shop.csv']?.machines).toMatchObject([
    {
      hostname: 'shop-1',
      nameservers: ['10.1.0.1', '10.1.0.2'],
      labels: { type: 'cp', rack: '3' },
      bmcPassword: `\${BMC_PASSWORD}`,
      passwordWritten: false,
      origin: { file: 'hw/shop.csv', pointer: '2', label: 'clusters.shop.hardware.shop-1' },
    },
  ])
})

test('a password that is written down is nowhere in the fleet, not even in the text of the file', () => {
  const made = fleetFrom(fleet(), { 'hw/shop.csv': head + row('hunter2-correct-horse') })
  expect(made.hardware?.['hw/shop.csv']?.machines[0]).toMatchObject({ bmcPassword: '', passwordWritten: true })
  expect(JSON.stringify(made)).not.toContain('hunter2')
  expect(made.sources['hw/shop.csv']?.text).toContain('***')
})

test('a file that is not there yet is no fault: a store is listed before it is built', () => {
  expect(fleetFrom(fleet('hw/later.csv'), { 'hw/shop.csv': head }).hardware).toBeUndefined()
  expect(fleetFrom(fleet()).hardware).toBeUndefined()
})

test('what is no CSV is told with its line, without quoting what may be a password', () => {
  const broken = `${head}shop-1,"0c:c4,10.1.0.11,hunter2`
  expect(() => fleetFrom(fleet(), { 'hw/shop.csv': broken })).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ message: 'not a CSV' })] }),
  )
  try {
    fleetFrom(fleet(), { 'hw/shop.csv': broken })
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('hunter2')
  }
})
