import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { startServing } from '../src/commands/serve.ts';
import { createLogger } from '../src/config/logger.ts';
import { serveConfig } from '../src/config/serve-config.ts';

/** The part of an AdmissionReview's response that is looked at here. */
export interface ReviewResponse {
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly patch?: string;
  readonly status?: { readonly message: string; readonly reason: string };
}

export interface Webhook {
  ask(path: string, review: unknown): Promise<ReviewResponse>;
  close(): Promise<void>;
}

/** Starts `headroom serve` in this process on free ports, over a snapshot, and a client that trusts its CA alone. */
export async function startWebhook(snapshot: string): Promise<Webhook> {
  const logged: string[] = [];
  const logger = createLogger('info', { write: (line) => logged.push(line) });
  const config = serveConfig({ snapshot: [snapshot], port: '0', adminPort: '0' }, {});
  const listening = await startServing(config, logger, 'demo');
  const { caFile } = JSON.parse(logged.find((line) => line.includes('caFile')) ?? '{}');
  const agent = new Agent({ ca: readFileSync(caFile), keepAlive: true });
  return {
    ask: async (path, review) =>
      JSON.parse(await post(`${listening.url}${path}`, agent, JSON.stringify(review))).response,
    close: async () => {
      agent.destroy();
      await listening.close();
    },
  };
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
