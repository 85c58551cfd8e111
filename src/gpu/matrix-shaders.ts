// Kernels are chosen at once, and what only subgroup matrices need is fetched when the first device that has them is opened.
import { loadPart } from '../load-part.ts';

type MatrixTexts = typeof import('./matrix-texts.ts');

let texts: MatrixTexts | undefined;

/** Fetches the texts. @throws {SourceError} they cannot be fetched. */
export async function loadMatrixShaders(): Promise<void> {
  texts ??= await loadPart(import('./matrix-texts.ts'));
}

/** The texts, which opening a device with subgroup matrices has fetched. */
export function matrixShaders(): MatrixTexts {
  if (!texts) throw new Error('no device with subgroup matrices was opened');
  return texts;
}
