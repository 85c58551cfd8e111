// x as integers for the packed dot product. A block of x shares a scale; each x is a sum of two integers of 8 bits, the nearest and what
// is left of it in 254ths: 16 bits in effect.
requires packed_4x8_integer_dot_product;

const REST = 254.0;
const ONES = vec4u(0x01010101u);

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

fn largest_of(value: vec4f) -> f32 {
  let top = abs(value);
  return max(max(top.x, top.y), max(top.z, top.w));
}

// Four x: the nearest integers, and the rest.
fn four_of(value: vec4f, inverse: f32) -> vec2u {
  let exact = value * inverse;
  let nearest = round(exact);
  return vec2u(pack4xI8(vec4i(nearest)), pack4xI8(vec4i(round((exact - nearest) * REST))));
}

fn sixteen_dot(a: vec4u, b: vec4u) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}

// Σ bytes · x in 254ths of the block's step. No more than 127 · 128 · 16 · 254.5: it fits.
fn integers_dot(bytes: vec4u, x: Integers) -> i32 {
  return sixteen_dot(bytes, x.nearest) * i32(REST) + sixteen_dot(bytes, x.rest);
}
