import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';

// The least that a webhook on fastify does: the body is parsed and sent back. node bench/programs/fastify-https.ts PORT CERT KEY
const [port = '', certFile = '', keyFile = ''] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' } as const;
const https = { ...tls, ALPNProtocols: ['http/1.1'], noDelay: true };
const app = fastify({ https, logger: false, keepAliveTimeout: 60_000 });
for (const path of ['/validate/migrations', '/mutate/pods']) app.post(path, async (request) => request.body);
await app.listen({ host: 'localhost', port: Number(port) });
