// x of a GEMV in workgroup memory as integers of 8 bits, and its product with spans of quantised weights by the packed dot product. Blocks
// of 16 x share a scale; each x is the sum of the nearest integer and of what is left, in 254ths: 16 bits in effect.
requires packed_4x8_integer_dot_product;
override X_PARTS: u32; // 2
const SPAN_BLOCKS = SPAN / 16u;
const PITCH = 2u * SPAN_BLOCKS + 1u; // neighbours' vectors lie in different banks
const REST = 254.0;
const ONES = vec4u(0x01010101u);
// What a quant has more than its signed byte, and what that is multiplied with.
const CENTRE = select(128.0, 8.0, BITS == 4u);
const BYTE = select(1.0, 16.0, BITS == 4u);
var<workgroup> x_chunk: array<vec4u, CHUNK_SPANS * PITCH>;
var<workgroup> x_scales: array<f32, CHUNK_SPANS * SPAN_BLOCKS>;

// The x of a span.
struct SpanX { nearest: array<vec4u, SPAN_BLOCKS>, rest: array<vec4u, SPAN_BLOCKS>, scale: array<f32, SPAN_BLOCKS> }

fn stage_x(x_base: u32, chunk: u32, lid: u32, squares: ptr<function, f32>) {
  for (var block = lid; block < CHUNK / 4u; block += WG) {
    var values = array<vec4f, 4>();
    var top = vec4f(0.0);
    for (var i = 0u; i < 4u; i++) {
      let vector = chunk + 4u * block + i;
      if (vector < 2u * K8) {
        values[i] = load_x(x_base, vector, squares);
        top = max(top, abs(values[i]));
      }
    }
    let largest = max(max(top.x, top.y), max(top.z, top.w));
    let inverse = select(0.0, 127.0 / largest, largest > 1e-30);
    var nearest = vec4u(0u);
    var rest = vec4u(0u);
    for (var i = 0u; i < 4u; i++) {
      let exact = values[i] * inverse;
      let rounded = round(exact);
      nearest[i] = pack4xI8(vec4i(rounded));
      rest[i] = pack4xI8(vec4i(round((exact - rounded) * REST)));
    }
    let at = block / SPAN_BLOCKS * PITCH + 2u * (block % SPAN_BLOCKS);
    x_chunk[at] = nearest;
    x_chunk[at + 1u] = rest;
    x_scales[block] = largest / 127.0;
  }
}

fn staged_x(span: u32) -> SpanX {
  var staged = SpanX();
  for (var block = 0u; block < SPAN_BLOCKS; block++) {
    staged.nearest[block] = x_chunk[span * PITCH + 2u * block];
    staged.rest[block] = x_chunk[span * PITCH + 2u * block + 1u];
    staged.scale[block] = x_scales[span * SPAN_BLOCKS + block];
  }
  return staged;
}

// Sixteen quants less CENTRE as signed bytes, in the order of x; those of four bits times BYTE.
fn signed_bytes(quants: vec4u, block: u32) -> vec4u {
  if (BITS == 8u) {
    return quants ^ vec4u(0x80808080u);
  }
  let words = vec2u(quants[2u * block], quants[2u * block + 1u]);
  return (vec4u(words.x << 4u, words.x, words.y << 4u, words.y) & vec4u(0xf0f0f0f0u)) ^ vec4u(0x80808080u);
}

fn packed_dot(a: vec4u, b: vec4u) -> f32 {
  return f32(dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w));
}

fn block_dot(bytes: vec4u, staged: SpanX, block: u32) -> f32 {
  let dots = vec2f(packed_dot(bytes, staged.nearest[block]), packed_dot(bytes, staged.rest[block]));
  return (dots.x + dots.y * (1.0 / REST)) * staged.scale[block];
}

// Σ w · x over a span.
fn span_dot(span: Span, staged: SpanX) -> f32 {
  var sum = 0.0;
  var x_sum = 0.0;
  for (var block = 0u; block < SPAN_BLOCKS; block++) {
    sum += block_dot(signed_bytes(span.quants, block), staged, block);
    if (ASYMMETRIC == 1u) {
      x_sum += block_dot(ONES, staged, block);
    }
  }
  return sum * span.scale.x * (1.0 / BYTE) + x_sum * (CENTRE * span.scale.x + span.scale.y);
}
