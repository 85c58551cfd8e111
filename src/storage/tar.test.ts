import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTarHeader, TAR_BLOCK_BYTES, tarHeader, tarPadding } from './tar.ts';

describe('tar headers', () => {
  it('are read as they were written', () => {
    for (const [name, size] of [
      ['config.json', 0],
      ['model.safetensors', 8 ** 11 - 1],
      ['a name with spaces', 8 ** 11],
      ['ü'.repeat(50), 2 ** 50],
    ] as const) {
      expect(readTarHeader(tarHeader(name, size) as Uint8Array<ArrayBuffer>)).toEqual({ name, sizeBytes: size });
    }
    expect(tarHeader('x'.repeat(101), 1)).toBeUndefined();
  });

  it('are refused when damaged, empty or of something else than a file', () => {
    const header = () => tarHeader('config.json', 5) as Uint8Array<ArrayBuffer>;
    const damaged = header();
    damaged[3] = 1;
    const folder = header();
    folder[156] = 0x35;
    for (const bad of [damaged, folder, new Uint8Array(512), new Uint8Array(7)]) {
      expect(readTarHeader(bad)).toBeUndefined();
    }
  });

  it('are those of other programs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'intab-tar-'));
    try {
      const file = join(folder, 'ours.tar');
      const text = Buffer.from('{"a": 1}');
      const padding = Buffer.alloc(tarPadding(text.length) + 2 * TAR_BLOCK_BYTES);
      writeFileSync(file, Buffer.concat([tarHeader('config.json', text.length) ?? padding, text, padding]));
      const listed = spawnSync('tar', ['-xvf', file, '-C', folder], { encoding: 'utf8' });
      expect(listed).toMatchObject({ status: 0, stdout: 'config.json\n', stderr: '' });
      expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"a": 1}');
      spawnSync('tar', ['--format=ustar', '-cf', join(folder, 'theirs.tar'), '-C', folder, 'config.json']);
      const theirs = new Uint8Array(readFileSync(join(folder, 'theirs.tar')));
      expect(readTarHeader(theirs.slice(0, TAR_BLOCK_BYTES))).toEqual({ name: 'config.json', sizeBytes: 8 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
