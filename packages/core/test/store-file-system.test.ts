import { describe, expect, it } from 'vitest';
import { fileSystemOf, isNetworkFileSystem } from '../src/store/network-file-system.ts';

const MOUNTS = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:40 / /home rw,relatime shared:5 master:2 - nfs4 server:/home rw,vers=4.2,addr=10.0.0.1
41 40 254:1 / /home/local rw,relatime - xfs /dev/vdb rw
42 27 0:42 / /mnt/my\\040data\\134x rw,relatime - cifs //server/share rw
43 27 0:43 / /scratch rw,relatime - ext4 /dev/vdc rw
44 43 0:44 / /scratch rw,relatime - lustre 10.0.0.2@o2ib:/scratch rw
broken line

`;

describe('fileSystemOf', () => {
  it.each([
    ['/', 'ext4'],
    ['/var/lib/study', 'ext4'],
    ['/home', 'nfs4'],
    ['/home/someone/study', 'nfs4'],
    ['/homes/someone', 'ext4'],
    ['/home/local/study', 'xfs'],
    ['/home/locals', 'nfs4'],
    ['/mnt/my data\\x/study', 'cifs'],
    ['/scratch/study', 'lustre'],
  ])('finds what holds %s: %s', (path, type) => {
    expect(fileSystemOf(MOUNTS, path)).toBe(type);
  });

  it('knows nothing where nothing is said', () => {
    expect(fileSystemOf('', '/home')).toBeUndefined();
    expect(fileSystemOf('garbage', '/home')).toBeUndefined();
  });
});

describe('isNetworkFileSystem', () => {
  it.each([
    'nfs',
    'nfs4',
    'cifs',
    'smb3',
    'lustre',
    'gpfs',
    'beegfs',
    'ceph',
    '9p',
    'virtiofs',
    'fuse.sshfs',
    'fuse.unheard-of',
  ])('%s may be shared between machines', (type) => expect(isNetworkFileSystem(type)).toBe(true));
  it.each(['ext4', 'xfs', 'btrfs', 'zfs', 'tmpfs', 'overlay', 'apfs', 'fuseblk', 'fuse.fuse-overlayfs'])(
    '%s is local',
    (type) => expect(isNetworkFileSystem(type)).toBe(false),
  );
});
