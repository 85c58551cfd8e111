// Serves what a peer's page asks for: the packages' own files, and models that are made while they are read.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type FilePart, onePart, sendParts } from '../serve-parts.ts';
import { ggufParts } from './gguf-file.ts';
import type { PeerDType } from './measure.ts';
import { type OnnxDType, onnxConfig, onnxFiles } from './onnx-model.ts';
import { PACKAGE_FILES } from './packages.ts';
import { peerShapeOf } from './peer-shape.ts';

/** With these a page may share memory between threads, as the peers advise. */
export const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const PACKAGES = '/packages/';
const MODELS = '/models/';

/** @param packages folder in which the packages lie by their names. */
export function peerServer(shape: string, packages: string) {
  const peerShape = peerShapeOf(shape);
  const made = new Map<string, Map<string, FilePart[]>>();

  /** The files of `/models/FOLDER/`, by the rest of their path. */
  function filesOf(folder: string): Map<string, FilePart[]> {
    const known = made.get(folder);
    if (known) return known;
    const [kind, dtype] = folder.split('-') as ['gguf' | 'onnx', PeerDType & OnnxDType];
    const files = new Map<string, FilePart[]>();
    if (kind === 'gguf') files.set('model.gguf', ggufParts(peerShape, dtype));
    else {
      const onnx = onnxFiles(peerShape, dtype);
      const config = JSON.stringify(onnxConfig(peerShape, dtype, onnx.dataFiles));
      files.set('config.json', [onePart(Buffer.from(config))]);
      for (const [name, parts] of onnx.files) files.set(`onnx/${name}`, parts);
    }
    made.set(folder, files);
    return files;
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const headers = { ...ISOLATED, 'cache-control': 'no-store' };
    if (pathname.startsWith(PACKAGES)) {
      const file = pathname.slice(PACKAGES.length);
      if (!PACKAGE_FILES.includes(file)) response.writeHead(404).end();
      else {
        const type = file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        sendParts(request, response, [onePart(readFileSync(join(packages, file)))], {
          ...headers,
          'content-type': type,
        });
      }
      return true;
    }
    const [, folder, file = ''] = /^\/models\/((?:gguf|onnx)-\w+)\/(.*)$/.exec(pathname) ?? [];
    const parts = folder === undefined ? undefined : filesOf(folder).get(file);
    if (parts) sendParts(request, response, parts, { ...headers, etag: `"${shape}-${folder}"` });
    else if (pathname.startsWith(MODELS)) response.writeHead(404).end();
    return parts !== undefined || pathname.startsWith(MODELS);
  };
}
