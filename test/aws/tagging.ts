// Resources by their tags, whoever made them. https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html

import type { Handlers } from './cloud.ts'
import { records, text, texts } from './json.ts'
import { page } from './pages.ts'

/** In ARNs and in filters: `ec2:subnet`. */
const kindOf = (arn: string): string => {
  const [, , service = '', , , rest = ''] = arn.split(':')
  return `${service}:${rest.split('/')[0] ?? ''}`
}

export const taggingActions: Handlers = {
  GetResources: (call) => {
    const { cloud, input, account, region } = call
    const filters = records(input.TagFilters)
    const kinds = texts(input.ResourceTypeFilters)
    const all = cloud.store
      .all()
      .filter(
        (it) =>
          it.account === account &&
          (it.region === region || (region === 'us-east-1' && /^AWS::(IAM|Route53)::/.test(it.type))) &&
          it.arn !== undefined,
      )
      // IAM is not in the tagging API but for a few kinds: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
      .filter((it) => !['AWS::IAM::Role'].includes(it.type))
      .filter((it) =>
        filters.every(
          (filter) =>
            it.tags[text(filter.Key)] !== undefined &&
            (texts(filter.Values).length === 0 || texts(filter.Values).includes(it.tags[text(filter.Key)] ?? '')),
        ),
      )
      .filter(
        (it) =>
          kinds.length === 0 ||
          kinds.some((kind) => kindOf(it.arn ?? '') === kind || kindOf(it.arn ?? '').startsWith(`${kind}:`)),
      )
    const stacks = cloud.stacks
      .filter((it) => it.account === account && it.region === region && it.status !== 'DELETE_COMPLETE')
      .map((it) => ({ arn: it.id, tags: it.given.tags as Record<string, string> }))
      .filter((it) =>
        filters.every(
          (filter) =>
            it.tags[text(filter.Key)] !== undefined &&
            (texts(filter.Values).length === 0 || texts(filter.Values).includes(it.tags[text(filter.Key)] ?? '')),
        ),
      )
      .filter(() => kinds.length === 0 || kinds.includes('cloudformation') || kinds.includes('cloudformation:stack'))
    const found = [...all.map((it) => ({ arn: it.arn, tags: it.tags })), ...stacks]
    const { items, next } = page(cloud, found, input.PaginationToken, input.ResourcesPerPage)
    return {
      ResourceTagMappingList: items.map((it) => ({
        ResourceARN: it.arn,
        Tags: Object.entries(it.tags).map(([Key, Value]) => ({ Key, Value })),
      })),
      PaginationToken: next ?? '',
    }
  },
}
