// What is said where there is no usable WebGPU. Real devices are tested in a browser: test/gpu/device.test.ts.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebGpuUnavailableError } from '../errors.ts';
import { openGpu } from './device.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const LIMITS = { maxBufferSize: 1 };

describe('openGpu', () => {
  it.each([
    ['a browser without WebGPU', { navigator: {}, document: {}, isSecureContext: true }, /no WebGPU.*current Chrome/],
    ['an insecure page', { navigator: {}, document: {}, isSecureContext: false }, /secure context.*https/],
    ['no adapter', { navigator: { gpu: { requestAdapter: async () => null } } }, /no adapter/],
    [
      'an adapter that fails',
      { navigator: { gpu: { requestAdapter: () => Promise.reject(new Error('crashed')) } } },
      /no adapter/,
    ],
    [
      'an adapter that refuses',
      {
        navigator: {
          gpu: {
            requestAdapter: async () => ({
              features: new Set(),
              limits: LIMITS,
              requestDevice: () => Promise.reject(new Error('too many devices')),
            }),
          },
        },
      },
      /refused a device.*too many devices/,
    ],
  ])('explains %s', async (_, globals, message) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const opening = openGpu();
    await expect(opening).rejects.toThrow(WebGpuUnavailableError);
    await expect(opening).rejects.toThrow(message);
  });
});
