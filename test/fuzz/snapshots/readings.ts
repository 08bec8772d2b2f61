import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubernetesObject, readObjects } from '../../../src/cluster/kubernetes-objects.ts';
import { openSnapshot, SnapshotCluster } from '../../../src/cluster/snapshot.ts';
import { SnapshotError } from '../../../src/cluster/snapshot-error.ts';
import { everythingIn } from '../../cluster/open-text.ts';

/** A file whose contents change from case to case. */
export class FuzzedFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'headroom-fuzz-'));
  readonly path = join(this.#folder, 'snapshot');

  write(content: string | Uint8Array): void {
    writeFileSync(this.path, content);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export type ReadFile =
  | { readonly kind: 'read'; readonly objects: readonly KubernetesObject[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly line: number | undefined };

/** Every object of the file whole; a refusal has to say which file and, of what is text, where in it. */
export async function readWhole(file: FuzzedFile): Promise<ReadFile> {
  const objects: KubernetesObject[] = [];
  const refusal = await refusalOf(
    file,
    readObjects(file.path, (object) => void objects.push(object)),
  );
  return refusal ?? { kind: 'read', objects };
}

type Refusal = Extract<ReadFile, { kind: 'refused' }>;

const WITHOUT_PLACE =
  /^: (?:holds (?:binary data|no Kubernetes object), expected YAML, JSON or JSON Lines|ends in the middle of its compressed data|its compressed data is damaged)/;

async function refusalOf(file: FuzzedFile, reading: Promise<unknown>): Promise<Refusal | undefined> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  assert.ok(error instanceof SnapshotError, error instanceof Error ? error.stack : String(error));
  assert.ok(error.message.startsWith(file.path), error.message);
  const reason = error.message.slice(file.path.length);
  assert.ok(!reason.includes('undefined') && reason.length < 1000, reason);
  const place = /^: (?:document \d+, )?line (\d+): ./s.exec(reason);
  if (place === null) assert.match(reason, WITHOUT_PLACE);
  return { kind: 'refused', reason, line: place === null ? undefined : Number(place[1]) };
}

/**
 * Reads the file as commands do, which passes over most of each object, and object by object as a whole: what is whole to
 * the slow reading is the same cluster to the fast one. What is left out unread may hide that it is no JSON.
 */
export async function checkFastReading(file: FuzzedFile, whole: ReadFile): Promise<void> {
  const fast = openSnapshot([file.path]);
  const refusal = await refusalOf(file, fast);
  if (whole.kind === 'refused') return;
  assert.equal(refusal, undefined, refusal?.reason);
  const slow = new SnapshotCluster();
  for (const object of whole.objects) slow.put(object);
  const [read, expected] = [await everythingIn(await fast), await everythingIn(slow)];
  if (isShallow(expected)) assert.deepEqual(read, expected);
}

/** What a shape keeps as it is may nest deeper than it can be compared. */
function isShallow(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return false;
  }
}
