import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

// The least that a webhook on Node does: the body is parsed and sent back. node bench/programs/node-https.ts PORT CERT KEY
const [port = '', certFile = '', keyFile = ''] = process.argv.slice(2);
const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' } as const;
const options = { ...tls, ALPNProtocols: ['http/1.1'], noDelay: true, keepAliveTimeout: 60_000 };
createServer(options, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    response.writeHead(200, headers).end(text);
  });
}).listen(Number(port), 'localhost');
