// Launch templates as whoever looks into them sees them: one version, as it is now.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html

import type { Handlers } from './cloud.ts'
import { AwsError } from './errors.ts'
import { record, text } from './json.ts'

export const launchTemplateActions: Handlers = {
  DescribeLaunchTemplateVersions: (call) => {
    const id = text(call.input.LaunchTemplateId)
    const found = call.cloud.store.get('AWS::EC2::LaunchTemplate', id, call)
    if (found === undefined)
      throw new AwsError('InvalidLaunchTemplateId.NotFound', `The launch template ID '${id}' does not exist`)
    const data = record(found.properties.LaunchTemplateData)
    return {
      launchTemplateVersionSet: [
        {
          launchTemplateId: id,
          versionNumber: 1,
          defaultVersion: true,
          launchTemplateData: {
            imageId: data.ImageId,
            instanceType: data.InstanceType,
            keyName: data.KeyName,
            userData: data.UserData,
          },
        },
      ],
    }
  },
}
