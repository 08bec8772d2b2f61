import { isObjectName } from '../objects/names.ts';

/**
 * Whether a path is taken as it stands: each segment is a name of DNS, as all of what is read or written has. `..` stays
 * what it is however it is encoded, and leads to another resource.
 */
export function isPlainPath(path: string): boolean {
  const [root, ...segments] = path.split('/');
  return root === '' && segments.length > 0 && segments.every((segment) => isObjectName(segment));
}
