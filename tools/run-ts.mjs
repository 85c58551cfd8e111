// Runs a TypeScript tool through Vite's module pipeline:  node tools/run-ts.mjs tools/NAME.ts [arguments]
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const [script, ...args] = process.argv.slice(2);
if (!script) throw new Error('usage: node tools/run-ts.mjs SCRIPT [arguments]');
const { module } = await runnerImport(resolve(script), { configFile: false, logLevel: 'warn' });
process.exitCode = (await module.main(args)) ?? 0;
