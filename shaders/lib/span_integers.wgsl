// Products of spans of quantised weights with x as integers in blocks of 16: integers.wgsl, signed_bytes.wgsl.
const SPAN_BLOCKS = SPAN / 16u;

// The x of a span.
struct SpanX { nearest: array<vec4u, SPAN_BLOCKS>, rest: array<vec4u, SPAN_BLOCKS>, scale: array<f32, SPAN_BLOCKS> }

struct Block { integers: Integers, scale: f32 }

fn block_of(values: array<vec4f, 4>) -> Block {
  let largest = largest_of(max(max(abs(values[0]), abs(values[1])), max(abs(values[2]), abs(values[3]))));
  var block = Block(Integers(), scale_of_largest(largest));
  for (var i = 0u; i < 4u; i++) {
    let four = four_of(values[i], inverse_of(largest));
    block.integers.nearest[i] = four.x;
    block.integers.rest[i] = four.y;
  }
  return block;
}

fn span_x_of(vectors: array<vec4f, SPAN_VECTORS>) -> SpanX {
  var x = SpanX();
  for (var i = 0u; i < SPAN_BLOCKS; i++) {
    let block = block_of(array(vectors[4u * i], vectors[4u * i + 1u], vectors[4u * i + 2u], vectors[4u * i + 3u]));
    x.nearest[i] = block.integers.nearest;
    x.rest[i] = block.integers.rest;
    x.scale[i] = block.scale;
  }
  return x;
}

fn block_dot(bytes: vec4u, x: SpanX, block: u32) -> f32 {
  return f32(integers_dot(bytes, Integers(x.nearest[block], x.rest[block]))) * x.scale[block];
}

// Σ w · x over a span.
fn span_dot(span: Span, x: SpanX) -> f32 {
  var sum = 0.0;
  var x_sum = 0.0;
  for (var block = 0u; block < SPAN_BLOCKS; block++) {
    sum += block_dot(signed_bytes(span.quants, block), x, block);
    if (ASYMMETRIC == 1u) {
      x_sum += block_dot(ONES, x, block);
    }
  }
  let scale = scale_of(span.scale);
  return sum * scale.x * (1.0 / BYTE) + x_sum * (CENTRE * scale.x + scale.y);
}
