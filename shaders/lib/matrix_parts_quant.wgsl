// Eight quantised weights without offset in two parts, in f16 alone: the product of an integer and its scale, and what rounding it left
// out, which fma gives exactly.
// The four lowest BITS of each byte, less the zero point: 1024 and an integer below it are the integer in an f16's low bits.
fn halves_of(word: u32) -> vec4<f16> {
  const MASK = ((1u << BITS) - 1u) * 0x10001u;
  let even = bitcast<vec2<f16>>((word & MASK) | 0x64006400u);
  let odd = bitcast<vec2<f16>>(((word >> 8u) & MASK) | 0x64006400u);
  return vec4<f16>(even.x, odd.x, even.y, odd.y) - f16(1024.0 + ZERO);
}

fn parts_of(raw: Raw) -> Parts {
  let pair = bitcast<vec2<f16>>(raw.scale.word);
  let scale = vec4<f16>(select(pair.x, pair.y, raw.scale.half == 1u));
  let q = array(halves_of(raw.quants.x), halves_of(select(raw.quants.y, raw.quants.x >> 4u, BITS == 4u)));
  let high = array(q[0] * scale, q[1] * scale);
  return Parts(high, array(fma(q[0], scale, -high[0]), fma(q[1], scale, -high[1])));
}
