// The sums of ROWS (1, 2 or 4) rows of W with one row of x, which LANES neighbouring invocations of a GEMV gather, for quantised weights.
// A lane reads a span of each row at a time. The x of neighbouring spans lie far apart, so x comes through workgroup memory, a chunk at
// a time, and all invocations of a workgroup share it (span_floats.wgsl, span_integers.wgsl); the weights of the next round are on
// their way meanwhile. The shader has `load_x`.
struct RowSums {
  rows: vec4f, // of which the first ROWS count; each of the lanes has its part
  squares: f32, // Σ x², complete
}

override CHUNK: u32 = 512u; // vec4 of x at a time
override CHUNK_SPANS: u32 = CHUNK / SPAN_VECTORS;
override SPANS: u32 = K8 * 8u / SPAN;
override ROUNDS: u32 = (SPANS + LANES - 1u) / LANES;
override CHUNK_ROUNDS: u32 = CHUNK_SPANS / LANES;
var<workgroup> square_slots: array<f32, WG>;

fn row_sums(first: u32, x_base: u32, lid: u32) -> RowSums {
  let lane = lid % LANES;
  var rows = vec4f(0.0);
  var squares = 0.0;
  var w0 = weight_span(first, lane);
  var w1 = Span();
  var w2 = Span();
  var w3 = Span();
  if (ROWS > 1u) {
    w1 = weight_span(first + 1u, lane);
  }
  if (ROWS > 2u) {
    w2 = weight_span(first + 2u, lane);
    w3 = weight_span(first + 3u, lane);
  }
  for (var round = 0u; round < ROUNDS; round++) {
    if (round % CHUNK_ROUNDS == 0u) {
      if (round > 0u) {
        workgroupBarrier();
      }
      stage_x(x_base, round / CHUNK_ROUNDS * CHUNK, lid, &squares);
      square_slots[lid] = squares;
      workgroupBarrier();
    }
    let staged = staged_x(round % CHUNK_ROUNDS * LANES + lane);
    let next = (round + 1u) * LANES + lane;
    let s0 = w0;
    let s1 = w1;
    let s2 = w2;
    let s3 = w3;
    if (next < SPANS) {
      w0 = weight_span(first, next);
      if (ROWS > 1u) {
        w1 = weight_span(first + 1u, next);
      }
      if (ROWS > 2u) {
        w2 = weight_span(first + 2u, next);
        w3 = weight_span(first + 3u, next);
      }
    }
    // Beyond the row, scales may be anything.
    if (SPANS % LANES == 0u || round * LANES + lane < SPANS) {
      rows.x += span_dot(s0, staged);
      if (ROWS > 1u) {
        rows.y += span_dot(s1, staged);
      }
      if (ROWS > 2u) {
        rows.z += span_dot(s2, staged);
        rows.w += span_dot(s3, staged);
      }
    }
  }
  if (NORM) {
    squares = 0.0;
    for (var i = lane; i < WG; i += LANES) {
      squares += square_slots[i];
    }
    squares = lanes_sum(vec4f(squares), lid).x;
  }
  return RowSums(lanes_sum(rows, lid), squares);
}
