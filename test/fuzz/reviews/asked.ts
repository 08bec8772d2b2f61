import assert from 'node:assert/strict';
import type { PatchOperation } from '../../../src/admission/annotations-patch.ts';
import type { Saw } from '../target.ts';
import { denialOf, type OwnReading, ownReading } from './own-reading.ts';
import { checkedPatch } from './server-rules.ts';
import type { World } from './worlds.ts';

const LONGEST_ERROR = 512;
/** pino's level of an error: whatever is logged so is a bug of ours, though the request was admitted. */
const ERROR_LEVEL = 50;
const LONGEST_LOG_LINE = 8192;

export interface Answered {
  readonly reading: OwnReading;
  readonly patch: readonly PatchOperation[];
}

/** Sends a body to one webhook of a world, and checks everything that is promised of the answer. */
export async function askedOf(world: World, path: string, body: Buffer | string, saw: Saw): Promise<Answered> {
  const { app, lines } = world.app;
  const headers = { 'content-type': 'application/json' };
  const { statusCode, body: answer } = await app.inject({ method: 'POST', url: path, headers, payload: body });
  checkLog(lines.splice(0));
  const reading = ownReading(body.toString());
  if (reading.kind !== 'review') {
    checkError(statusCode, answer, reading);
    saw(reading.kind);
    return { reading, patch: [] };
  }
  assert.equal(statusCode, 200, answer);
  const patch = checkedPatch(path, { apiVersion: reading.apiVersion, uid: reading.request.uid }, answer);
  const { allowed } = JSON.parse(answer).response;
  const denial = denialOf(path, reading, world);
  if (denial !== 'may') assert.equal(allowed, denial === 'must not', `a denial ${denial} be: ${answer}`);
  saw(allowed ? 'admitted' : 'denied');
  if (patch.length > 0) saw('patched');
  return { reading, patch };
}

function checkError(statusCode: number, answer: string, reading: OwnReading): void {
  assert.ok(statusCode >= 400 && statusCode < 500, `${statusCode} ${answer}`);
  const { code, error } = JSON.parse(answer);
  assert.equal(code, statusCode);
  assert.equal(typeof error, 'string');
  assert.ok(error.length > 0 && answer.length <= LONGEST_ERROR);
  assert.doesNotMatch(error, /\p{Cc}/u);
  const named = reading.kind === 'faulty' ? reading.faults : ['the body is '];
  assert.ok(
    named.some((name) => error.includes(name)),
    `expected one of ${named.join(', ')} to be named by: ${error}`,
  );
}

function checkLog(lines: readonly Record<string, unknown>[]): void {
  for (const line of lines) {
    assert.ok(Number(line.level) < ERROR_LEVEL, `a bug was logged: ${JSON.stringify(line)}`);
    assert.ok(JSON.stringify(line).length <= LONGEST_LOG_LINE, 'nobody makes a log line as long as he likes');
  }
}
