import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

// The least that any reader of JSON Lines does: node bench/bare-parse.ts cluster.jsonl
const [file = ''] = process.argv.slice(2);
let lines = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  JSON.parse(line);
  lines += 1;
}
console.log(lines);
