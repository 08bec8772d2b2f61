import { Agent, request } from 'node:https';

export interface HttpsAnswer {
  readonly statusCode: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Keeps its connection, as the API server does. */
export const httpsClient = (url: string, ca: string) => {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const post = (path: string, body: string): Promise<HttpsAnswer> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode, headers: received } = response;
          resolve({ statusCode, headers: received, body: Buffer.concat(chunks).toString() });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return { post, close: () => agent.destroy() };
};
