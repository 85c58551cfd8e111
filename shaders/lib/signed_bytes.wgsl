// Quants as signed bytes, for the packed dot product.
// BITS

// What a quant has more than its signed byte, and what that is multiplied with.
const CENTRE = select(128.0, 8.0, BITS == 4u);
const BYTE = select(1.0, 16.0, BITS == 4u);

// Sixteen quants of a span less CENTRE, as signed bytes in the order of x, times BYTE.
fn signed_bytes(quants: vec4u, block: u32) -> vec4u {
  if (BITS == 8u) {
    return quants ^ vec4u(0x80808080u);
  }
  let words = vec2u(quants[2u * block], quants[2u * block + 1u]);
  return (vec4u(words.x << 4u, words.x, words.y << 4u, words.y) & vec4u(0xf0f0f0f0u)) ^ vec4u(0x80808080u);
}
