// Products of spans of quantised weights with x as floats.

// The x of a span, and their sum.
struct SpanX { vectors: array<vec4f, SPAN_VECTORS>, sum: f32 }

fn span_x_of(vectors: array<vec4f, SPAN_VECTORS>) -> SpanX {
  // In pairs: what 4-bit weights take off is several times their result, and so its error counts.
  var sum = (vectors[0] + vectors[1]) + (vectors[2] + vectors[3]);
  if (SPAN_VECTORS > 4u) {
    sum += (vectors[SPAN_VECTORS - 4u] + vectors[SPAN_VECTORS - 3u]) + (vectors[SPAN_VECTORS - 2u] + vectors[SPAN_VECTORS - 1u]);
  }
  return SpanX(vectors, (sum.x + sum.y) + (sum.z + sum.w));
}

// Bits 19 to 22 of a float between 1 and 2: four bits q there make 1 + q/16.
const ONE = 0x3f800000u;
const NIBBLE = vec4u(0xfu << 19u);
// What the bytes of half a word count.
const PLACES = vec4f(1.0, 256.0, 1.0, 256.0);

// Σ w · x over a span. Four bits become a float by one AND and one OR, and what that adds to each is taken off the sum.
// Eight bits do so too, but are put right one by one: where few of them are used, the sum would lose too much. Every other byte stays
// where it is, and so counts 256 times: the sum puts that right, which saves shifts.
fn span_dot(span: Span, x: SpanX) -> f32 {
  var sums = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    let word = span.quants[i];
    if (BITS == 4u) {
      let low = vec4u(word << 19u, word << 11u, word << 3u, word >> 5u);
      let high = vec4u(word << 15u, word << 7u, word >> 1u, word >> 9u);
      sums = fma(bitcast<vec4f>((low & NIBBLE) | vec4u(ONE)), x.vectors[2u * i], sums);
      sums = fma(bitcast<vec4f>((high & NIBBLE) | vec4u(ONE)), x.vectors[2u * i + 1u], sums);
    } else {
      let high = word >> 16u;
      let bytes = vec4u(word & 0xffu, word & 0xff00u, high & 0xffu, high & 0xff00u) | vec4u(MAGIC);
      sums = fma(bitcast<vec4f>(bytes) - (8388608.0 + ZERO * PLACES), x.vectors[i], sums);
    }
  }
  if (BITS == 8u) {
    sums /= PLACES;
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w);
  let scale = scale_of(span.scale);
  if (BITS == 4u) {
    return fma(16.0 * scale.x, sum, x.sum * (scale.y - (16.0 + ZERO) * scale.x));
  }
  return fma(scale.x, sum, x.sum * scale.y);
}
