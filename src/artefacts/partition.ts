// Which partition of AWS a Region is in: ARNs of China and of GovCloud begin otherwise, and nothing leads from one into another.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

export const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'

/** The same with the ARNs of that partition: all of ours are written as those of `aws`. Names of services are the same in each. */
export function inPartition<T>(value: T, region: string): T {
  const partition = partitionOf(region)
  if (partition === 'aws') return value
  return JSON.parse(JSON.stringify(value).replaceAll('arn:aws:', `arn:${partition}:`)) as T
}
