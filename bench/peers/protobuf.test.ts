import { expect, it } from 'vitest';
import { message } from './protobuf.ts';

it('writes fields as the encoding guide of Protocol Buffers has them', () => {
  expect([...message({ 1: 150 })]).toEqual([0x08, 0x96, 0x01]);
  expect([...message({ 2: 'testing' })]).toEqual([0x12, 7, ...new TextEncoder().encode('testing')]);
  expect([...message({ 3: message({ 1: 150 }) })]).toEqual([0x1a, 3, 0x08, 0x96, 0x01]);
  expect([...message({ 5: [1, 2] })]).toEqual([0x28, 1, 0x28, 2]);
  expect([...message({ 1: -2 })]).toEqual([0x08, 0xfe, ...Array<number>(8).fill(0xff), 0x01]);
  expect([...message({ 2: { f32: 1 }, 4: undefined })]).toEqual([0x15, 0, 0, 0x80, 0x3f]);
});
