// node route-manifests.ts PORT: a post-renderer of helm. Webhooks of the chart are sent to loopback instead of the Service.
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import type { Json } from '../../builders/json.ts';

interface Webhook extends Json {
  readonly clientConfig: { readonly service?: { readonly path: string } };
}

const [port] = process.argv.slice(2);

function routed(webhook: Webhook): Webhook {
  const { service, ...rest } = webhook.clientConfig;
  if (service === undefined) return webhook;
  const url = `https://127.0.0.1:${port}${service.path}`;
  return { ...webhook, clientConfig: { ...rest, url } as Webhook['clientConfig'] };
}

for (const document of parseAllDocuments(await text(process.stdin))) {
  const object = document.toJS() as (Json & { readonly webhooks?: readonly Webhook[] }) | null;
  if (object === null) continue;
  const manifest = object.webhooks === undefined ? object : { ...object, webhooks: object.webhooks.map(routed) };
  // JSON is YAML too.
  process.stdout.write(`---\n${JSON.stringify(manifest)}\n`);
}
