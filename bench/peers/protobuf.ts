// Writes messages of Protocol Buffers: fields by number, in the order given.

/** Text, a nested message or bytes; whole numbers as varints; `{ f32 }`; lists repeat the field. */
export type Value = string | Uint8Array | number | bigint | { f32: number } | readonly Value[] | undefined;

const utf8 = new TextEncoder();

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function field(number: number, value: Value): Uint8Array[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((each) => field(number, each));
  if (typeof value === 'number' || typeof value === 'bigint') {
    return [Uint8Array.from([...varint(number << 3), ...varint(value)])];
  }
  if (typeof value === 'object' && 'f32' in value) {
    const bytes = new Uint8Array(Float32Array.of(value.f32).buffer);
    return [Uint8Array.from([...varint((number << 3) | 5), ...bytes])];
  }
  const bytes = typeof value === 'string' ? utf8.encode(value) : (value as Uint8Array);
  return [Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes];
}

/** A message of fields by their numbers. */
export function message(fields: Readonly<Record<number, Value>>): Uint8Array<ArrayBuffer> {
  const pieces = Object.entries(fields).flatMap(([number, value]) => field(Number(number), value));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
