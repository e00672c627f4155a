/** File systems on which SQLite's shared memory between processes does not work or does not work between machines. */
const NETWORK = new Set([
  '9p',
  'afs',
  'beegfs',
  'ceph',
  'cifs',
  'coda',
  'gfs2',
  'glusterfs',
  'gpfs',
  'lustre',
  'ncpfs',
  'nfs',
  'nfs4',
  'ocfs2',
  'orangefs',
  'panfs',
  'pvfs2',
  'smb3',
  'smbfs',
  'virtiofs',
  'wekafs',
]);

/** FUSE file systems that keep their files on this machine; every other one (sshfs, s3fs, rclone …) may be remote. */
const LOCAL_FUSE = new Set(['fuse.fuse-overlayfs', 'fuse.mergerfs', 'fuse.ntfs-3g', 'fuse.bindfs']);

/** Whether files on a file system of this type may be on, or shared with, another machine. */
export function isNetworkFileSystem(type: string): boolean {
  return NETWORK.has(type) || (type.startsWith('fuse.') && !LOCAL_FUSE.has(type));
}

/**
 * The type of the file system that holds a path.
 * @param mountInfo the text of `/proc/self/mountinfo` (proc(5))
 * @param path an absolute path without symbolic links
 * @returns such as `ext4` or `nfs4`; `undefined` if the text does not say
 */
export function fileSystemOf(mountInfo: string, path: string): string | undefined {
  let best = { length: 0, type: undefined as string | undefined };
  for (const line of mountInfo.split('\n')) {
    // 36 35 98:0 /root /mount/point options [optional fields] - type source options
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (point === undefined || type === undefined) continue;
    const mount = unescaped(point);
    const holds = path === mount || path.startsWith(mount.endsWith('/') ? mount : `${mount}/`);
    // A later mount on the same point hides the earlier one.
    if (holds && mount.length >= best.length) best = { length: mount.length, type };
  }
  return best.type;
}

/** Spaces, tabs, newlines and backslashes of a mount point stand as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
