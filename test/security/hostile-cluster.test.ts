import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { EARLY_SCRIPT, PAGE_SCRIPT } from '../../src/report/page-script.ts';
import { PAGE_STYLE } from '../../src/report/page-style.ts';
import { type ProgramResult, runProgram, withFolder } from '../commands/run-program.ts';
import { clusterText, hostility } from './hostile-cluster.ts';
import { ownObjects, STEERING_BUT_LINE_ENDS } from './hostile-texts.ts';
import { type HtmlToken, htmlTokens, shownText } from './html-tokens.ts';

const TEXT_COMMANDS = [
  ['forecast', '-A'],
  ['forecast', '-A', '-o', 'wide'],
  ['forecast', '--every-node'],
  ['forecast', '-A', '--ratio', '9'],
  ['overhead', '-A', '-o', 'wide'],
  ['doctor', '-o', 'wide'],
] as const;
const DOCUMENT_COMMANDS = ['forecast -A', 'overhead -A', 'doctor']
  .flatMap((line) => [`${line} -o json`, `${line} -o yaml`])
  .map((line) => line.split(' '));

/** Nothing is printed where the cluster itself cannot be read. */
function faultsOfJson(text: string): readonly string[] {
  try {
    if (text !== '') JSON.parse(text);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function onEach(text: string, commands: readonly (readonly string[])[]): Promise<readonly ProgramResult[]> {
  return withFolder({ 'cluster.jsonl': text }, async (folder) => {
    const results: ProgramResult[] = [];
    for (const command of commands)
      results.push(await runProgram([...command, '--snapshot', `${folder}/cluster.jsonl`]));
    return results;
  });
}

/** It has ended as a command does, whatever was in the cluster, and a bug says so in its own words. */
function expectAnswered({ exitCode, stderr }: ProgramResult): void {
  expect([0, 1, 2, 3]).toContain(exitCode);
  expect(stderr).not.toMatch(/TypeError|RangeError|is not a function|undefined|Cannot read|\n +at /);
}

describe('a cluster of hostile names and texts', () => {
  const before = ownObjects();

  test('steers no terminal, whichever command prints it', async () => {
    await fc.assert(
      fc.asyncProperty(hostility, async (hostile) => {
        for (const result of await onEach(clusterText(hostile), TEXT_COMMANDS)) {
          expectAnswered(result);
          expect(result.stdout + result.stderr).not.toMatch(STEERING_BUT_LINE_ENDS);
        }
      }),
      { numRuns: 25 },
    );
    expect(ownObjects()).toEqual(before);
  });

  test('is printed as JSON and YAML that read back, and hold no character that steers', async () => {
    await fc.assert(
      fc.asyncProperty(hostility, async (hostile) => {
        const results = await onEach(clusterText(hostile), DOCUMENT_COMMANDS);
        for (const result of results) {
          expectAnswered(result);
          expect(result.stdout).not.toMatch(STEERING_BUT_LINE_ENDS);
        }
        const [json, yaml] = [0, 1].map((form) => results.filter((_, index) => index % 2 === form));
        expect(json?.map(({ stdout }) => faultsOfJson(stdout))).toEqual([[], [], []]);
        expect(yaml?.map(({ stdout }) => parseAllDocuments(stdout).flatMap(({ errors }) => errors))).toEqual([
          [],
          [],
          [],
        ]);
      }),
      { numRuns: 15 },
    );
  });

  test.each(['-', 'yaml'])('is saved as a snapshot that holds no character that steers, as %s', async (form) => {
    await fc.assert(
      fc.asyncProperty(hostility, async (hostile) => {
        await withFolder({ 'cluster.jsonl': clusterText(hostile) }, async (folder) => {
          const target = form === '-' ? '-' : `${folder}/saved.yaml`;
          const saved = await runProgram(['snapshot', '-o', target, '--snapshot', `${folder}/cluster.jsonl`]);
          expectAnswered(saved);
          expect(saved.stdout + saved.stderr).not.toMatch(STEERING_BUT_LINE_ENDS);
          if (form === '-' || saved.exitCode !== 0) return;
          const again = await runProgram(['forecast', '-A', '--snapshot', `${folder}/saved.yaml`]);
          expectAnswered(again);
        });
      }),
      { numRuns: 15 },
    );
  });

  test('begins no line of its own, in a table or in a note', async () => {
    const forged = 'vm1\nerror: forged\nnote: forged';
    const hostile = { names: [forged, forged, forged, forged, forged], leaves: [], members: [] };
    for (const { stdout, stderr } of await onEach(clusterText(hostile), TEXT_COMMANDS)) {
      expect(stdout).toContain('forged');
      // Harvester's own message of several lines apart, which names them in their middle.
      expect(stdout + stderr).not.toMatch(/^(error|note): forged/m);
    }
  });
});

const SCRIPTS = [EARLY_SCRIPT, PAGE_SCRIPT];
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
/** All that a page is made of; what loads, submits, embeds or names a base is not among it. */
const ELEMENTS =
  'figure figcaption footer dfn html head meta title style script body a svg defs pattern rect path circle text header div h1 p time button nav ul li main section h2 h3 dl dt dd table caption thead tbody tr th td small span details summary b label input select option';
const ATTRIBUTES =
  /^(aria-[a-z]+|data-[a-z]+|on.*|style|src|href|action|formaction|srcdoc|xlink:href|ping|background)$/;

function expectHarmless(tokens: readonly HtmlToken[]): void {
  const elements = new Set(ELEMENTS.split(' '));
  for (const token of tokens) {
    if (token.kind !== 'start') continue;
    expect(elements).toContain(token.name);
    for (const [name, value] of token.attributes) {
      if (!ATTRIBUTES.test(name) || /^(aria|data)-/.test(name)) continue;
      expect([name, value]).toEqual(['href', expect.stringMatching(/^#[a-z-]+$/)]);
    }
  }
}

describe('a page about a cluster of hostile names and texts', () => {
  test('has our elements alone, no handler, no address, and only the scripts that its policy names', async () => {
    await fc.assert(
      fc.asyncProperty(hostility, async (hostile) => {
        const [result] = (await onEach(clusterText(hostile), [['report', '-o', '-']])) as [ProgramResult];
        expectAnswered(result);
        if (result.exitCode === 1) return;
        const tokens = htmlTokens(result.stdout);
        expectHarmless(tokens);
        const raw = tokens.flatMap((token) => (token.kind === 'raw' ? [[token.element, token.text]] : []));
        expect(raw).toEqual([['style', PAGE_STYLE], ...SCRIPTS.map((script) => ['script', script])]);
        expect(shownText(tokens)).not.toMatch(STEERING_BUT_LINE_ENDS);
        const metas = tokens.flatMap((one) => (one.kind === 'start' && one.name === 'meta' ? [one.attributes] : []));
        // Before anything of the cluster, so that it holds for all of it.
        const [, policy] = metas;
        expect(policy?.get('http-equiv')).toBe('Content-Security-Policy');
        expect(policy?.get('content')).toBe(
          `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src ${SCRIPTS.map(hashOf).join(' ')}; base-uri 'none'; form-action 'none'`,
        );
      }),
      { numRuns: 25 },
    );
  });

  test('shows what stands in the cluster as text', async () => {
    const attack = '<img src=x onerror=alert(1)>"\'&amp;';
    const hostile = JSON.stringify({
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      metadata: { name: attack, namespace: attack },
      spec: { domain: {} },
      status: { phase: 'Running' },
    });
    const [result] = (await onEach(hostile, [['report', '-o', '-']])) as [ProgramResult];
    expect(shownText(htmlTokens(result.stdout))).toContain(attack);
  });
});

describe('the reader of pages that these tests use', () => {
  test.each(['<p>a < b</p>', '<p>&nbsp;</p>', '<p a=x>', '<!-- a -->', '<script>x', '<p a="1" a="2">', '<p "x">'])(
    'does not take %s',
    (page) => {
      expect(() => htmlTokens(page)).toThrow();
    },
  );

  test('finds a handler, an address and a foreign element', () => {
    for (const page of ['<p onclick="x">', '<a href="javascript:x">', '<iframe>', '<p style="x">']) {
      expect(() => expectHarmless(htmlTokens(page))).toThrow();
    }
  });
});
