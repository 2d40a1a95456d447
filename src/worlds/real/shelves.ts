// Where a ledger lies: in a private folder of this machine, or under a prefix of a bucket, which takes a write only over the version that
// was read (If-Match, If-None-Match), so that a lock holds across machines.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

import { createHash } from 'node:crypto'
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Refusal } from '../../model/refusal.ts'
import { isAlive } from './alive.ts'
import { awsRefusal, codeOf } from './aws/errors.ts'
import { unusable, usableFolder } from './folder.ts'
import type { Shelf } from './ledger.ts'

/** For its owner only: what failed may name what nobody else should read. */
export function folderShelf(folder: string): Shelf {
  const path = (name: string): string => join(folder, name)
  const read = (name: string) => {
    if (!existsSync(path(name))) return undefined
    const text = readFileSync(path(name), 'utf8')
    return { text, version: createHash('sha256').update(text).digest('hex') }
  }
  const told = <T>(touch: () => T): T => {
    try {
      return touch()
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw unusable(folder, error)
    }
  }
  return {
    place: folder,
    read: async (name) => told(() => read(name)),
    write: async (name, text, ifMatch) =>
      told(() => {
        usableFolder(folder)
        const fresh = `${path(name)}.${process.pid}.new`
        try {
          writeFileSync(fresh, text, { mode: 0o600 })
          if (ifMatch === 'none') linkSync(fresh, path(name))
          else if (ifMatch !== undefined && read(name)?.version !== ifMatch) return false
          else renameSync(fresh, path(name))
          return true
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
          throw error
        } finally {
          rmSync(fresh, { force: true })
        }
      }),
    remove: async (name) => told(() => rmSync(path(name), { force: true })),
    isGone: ({ host, pid }) => host === hostname() && !isAlive(pid),
  }
}

/** `s3://bucket/prefix`. */
export function bucketShelf(client: S3Client, url: string, fleet: string): Shelf {
  const { bucket, prefix } = placeIn(url)
  const key = (name: string): string => [prefix, fleet, name].filter((part) => part !== '').join('/')
  const what = `the ledger in s3://${bucket}/${key('')}`
  return {
    place: `s3://${bucket}/${key('').replace(/\/$/, '')}`,
    read: async (name) => {
      try {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key(name) }))
        return { text: (await Body?.transformToString()) ?? '', version: ETag }
      } catch (error) {
        if (['NoSuchKey', 'NotFound'].includes(codeOf(error))) return undefined
        throw awsRefusal(error, `${what} cannot be read`)
      }
    },
    write: async (name, text, ifMatch) => {
      const only = ifMatch === undefined ? {} : ifMatch === 'none' ? { IfNoneMatch: '*' } : { IfMatch: ifMatch }
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key(name),
            Body: text,
            ContentType: 'application/json',
            ...only,
          }),
        )
        return true
      } catch (error) {
        if (['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(codeOf(error))) return false
        throw awsRefusal(error, `${what} cannot be written`)
      }
    },
    remove: async (name) => {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key(name) }))
      } catch (error) {
        throw awsRefusal(error, `${what} cannot be removed`)
      }
    },
    // a process of another machine is heard of by its renewals only; one of this machine is looked at
    isGone: ({ host, pid }) => host === hostname() && !isAlive(pid),
  }
}

export function placeIn(url: string): { readonly bucket: string; readonly prefix: string } {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url)
  if (found?.[1] === undefined)
    throw new Refusal('usage', `${url} is no place for a ledger`, 'write it as s3://BUCKET/PREFIX')
  return { bucket: found[1], prefix: (found[2] ?? '').replace(/^\/+|\/+$/g, '') }
}
