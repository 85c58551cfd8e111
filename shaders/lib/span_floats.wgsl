// x of a GEMV in workgroup memory as it is, and its product with spans of quantised weights.
override X_PARTS: u32; // 0
const PITCH = SPAN_VECTORS + 1u; // neighbours' vectors lie in different banks
var<workgroup> x_chunk: array<vec4f, CHUNK_SPANS * PITCH>;

// The x of a span, and their sum.
struct SpanX { vectors: array<vec4f, SPAN_VECTORS>, sum: f32 }

fn stage_x(x_base: u32, chunk: u32, lid: u32, squares: ptr<function, f32>) {
  for (var i = lid; i < CHUNK; i += WG) {
    var value = vec4f(0.0);
    if (chunk + i < 2u * K8) {
      value = load_x(x_base, chunk + i, squares);
    }
    x_chunk[i + i / SPAN_VECTORS] = value;
  }
}

fn staged_x(span: u32) -> SpanX {
  var staged = SpanX();
  var sum = vec4f(0.0);
  for (var i = 0u; i < SPAN_VECTORS; i++) {
    staged.vectors[i] = x_chunk[span * PITCH + i];
    sum += staged.vectors[i];
  }
  staged.sum = dot(sum, vec4f(1.0));
  return staged;
}

// Bits 19 to 22 of a float between 1 and 2: four bits q there make 1 + q/16.
const ONE = 0x3f800000u;
const NIBBLE = vec4u(0xfu << 19u);

// Σ w · x over a span. Four bits become a float by one AND and one OR, and what that adds to each is taken off the sum.
// Eight bits do so too, but are put right one by one: where few of them are used, the sum would lose too much.
fn span_dot(span: Span, staged: SpanX) -> f32 {
  var sums = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    let word = span.quants[i];
    if (BITS == 4u) {
      let low = vec4u(word << 19u, word << 11u, word << 3u, word >> 5u);
      let high = vec4u(word << 15u, word << 7u, word >> 1u, word >> 9u);
      sums = fma(bitcast<vec4f>((low & NIBBLE) | vec4u(ONE)), staged.vectors[2u * i], sums);
      sums = fma(bitcast<vec4f>((high & NIBBLE) | vec4u(ONE)), staged.vectors[2u * i + 1u], sums);
    } else {
      sums = fma(bytes_of(word), staged.vectors[i], sums);
    }
  }
  var sum = dot(sums, vec4f(1.0));
  if (BITS == 4u) {
    sum = 16.0 * sum - (16.0 + ZERO) * staged.sum;
  }
  return sum * span.scale.x + staged.sum * span.scale.y;
}
