// The part of the parity command that runs in Node on Dawn: tools/parity.ts bundles and starts it with the folder, the cases and the
// device's options. Prints a line of JSON per case.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { GpuOptions } from '../src/index.ts';
import { runCase } from './parity-page.ts';

const { folder, cases, options } = JSON.parse(process.argv[2] ?? '') as {
  folder: string;
  cases: string[];
  options: GpuOptions;
};

const server = createServer((request, response) => {
  const file = join(folder, new URL(request.url ?? '/', 'http://localhost').pathname);
  if (existsSync(file) && statSync(file).isFile()) {
    response.writeHead(200, { 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  } else response.writeHead(404).end();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
for (const name of cases) {
  // As JSON has no infinity.
  const infinite = (_: string, value: unknown) => (value === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : value);
  console.log(JSON.stringify(await runCase(`http://127.0.0.1:${port}/${name}`, options), infinite));
}
process.exit(0);
