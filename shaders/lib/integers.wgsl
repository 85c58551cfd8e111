// Products of x and quantised weights by the packed dot product. A block of x shares a scale; each x is a sum of two integers of
// 8 bits, the nearest and what is left of it in 254ths: 16 bits in effect.
requires packed_4x8_integer_dot_product;

const REST = 254.0;
const ONES = vec4u(0x01010101u);
// What a quant has more than its signed byte, and what that is multiplied with.
const CENTRE = select(128.0, 8.0, BITS == 4u);
const BYTE = select(1.0, 16.0, BITS == 4u);

// Sixteen x.
struct Integers { nearest: vec4u, rest: vec4u }

// What x are multiplied with, of a block whose largest magnitude is given.
fn inverse_of(largest: f32) -> f32 {
  return select(0.0, 127.0 / largest, largest > 1e-30);
}

// What sums of `integers_dot` are multiplied with.
fn scale_of_largest(largest: f32) -> f32 {
  return largest * (1.0 / (127.0 * REST));
}

fn integers_of(values: array<vec4f, 4>, inverse: f32) -> Integers {
  var integers: Integers;
  for (var i = 0u; i < 4u; i++) {
    let exact = values[i] * inverse;
    let nearest = round(exact);
    integers.nearest[i] = pack4xI8(vec4i(nearest));
    integers.rest[i] = pack4xI8(vec4i(round((exact - nearest) * REST)));
  }
  return integers;
}

// Sixteen quants of a span less CENTRE, as signed bytes in the order of x, times BYTE.
fn signed_bytes(quants: vec4u, block: u32) -> vec4u {
  if (BITS == 8u) {
    return quants ^ vec4u(0x80808080u);
  }
  let words = vec2u(quants[2u * block], quants[2u * block + 1u]);
  return (vec4u(words.x << 4u, words.x, words.y << 4u, words.y) & vec4u(0xf0f0f0f0u)) ^ vec4u(0x80808080u);
}

fn sixteen_dot(a: vec4u, b: vec4u) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

// Σ bytes · x in 254ths of the block's step. No more than 127 · 128 · 16 · 254.5: it fits.
fn integers_dot(bytes: vec4u, x: Integers) -> i32 {
  return sixteen_dot(bytes, x.nearest) * i32(REST) + sixteen_dot(bytes, x.rest);
}
