// x of a GEMV in workgroup memory as integers in blocks of 16, and its product with spans of quantised weights: integers.wgsl.
const SPAN_BLOCKS = SPAN / 16u;
const PITCH = 2u * SPAN_BLOCKS + 1u; // neighbours' vectors lie in different banks
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
    let integers = integers_of(values, inverse_of(largest));
    let at = block / SPAN_BLOCKS * PITCH + 2u * (block % SPAN_BLOCKS);
    x_chunk[at] = integers.nearest;
    x_chunk[at + 1u] = integers.rest;
    x_scales[block] = scale_of_largest(largest);
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

fn block_dot(bytes: vec4u, staged: SpanX, block: u32) -> f32 {
  return f32(integers_dot(bytes, Integers(staged.nearest[block], staged.rest[block]))) * staged.scale[block];
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
  let scale = scale_of(span.scale);
  return sum * scale.x * (1.0 / BYTE) + x_sum * (CENTRE * scale.x + scale.y);
}
