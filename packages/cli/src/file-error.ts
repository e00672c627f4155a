/** What the file system said of a file. */
export interface FileError extends Error {
  readonly code: string;
  readonly path: string;
  readonly syscall: string;
}

/** Whether something was thrown by the file system, about a file. */
export function isFileError(thrown: unknown): thrown is FileError {
  return thrown instanceof Error && 'syscall' in thrown && 'path' in thrown && typeof thrown.path === 'string';
}

const KNOWN: { readonly [code: string]: readonly [what: string, remedy: string] } = {
  EACCES: ['you may not do that there', 'Choose a folder that you may write to, or have its permissions changed.'],
  EPERM: ['you may not do that there', 'Choose a folder that you may write to, or have its permissions changed.'],
  EROFS: ['the file system is read-only', 'Choose another folder.'],
  ENOENT: ['there is no such file or folder', 'Make the folder first, or correct the path.'],
  ENOTDIR: ['a part of the path is a file and no folder', 'Correct the path.'],
  EISDIR: ['it is a folder, and a file is needed', 'Name a file.'],
  ENOSPC: ['the disk is full', 'Make room, then run the same command again.'],
  EDQUOT: ['your quota is used up', 'Make room, then run the same command again.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter name, or a folder nearer to the root.'],
};

/** What went wrong with a file, and what to do about it. */
export function describeFileError({ code, syscall, message }: Pick<FileError, 'code' | 'syscall' | 'message'>): {
  readonly message: string;
  readonly remedy: string;
} {
  const [what = message, remedy = 'See to it, then run the same command again.'] = KNOWN[code] ?? [];
  return { message: `${what} (${code}, ${syscall}).`, remedy };
}
