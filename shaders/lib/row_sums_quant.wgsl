// The sums of ROWS (1, 2, 4 or 8) rows of W with one row of x, which LANES neighbouring invocations of a GEMV gather, for quantised
// weights: a lane takes a span of each row at a time. How x comes is said by x_staged.wgsl or x_direct.wgsl, how it is multiplied by
// span_floats.wgsl or span_integers.wgsl. The shader has `load_x`.
override SPANS: u32 = K8 * 8u / SPAN;
override ROUNDS: u32 = (SPANS + LANES - 1u) / LANES;
// A lane that reads its x by itself asks for the weights of the next round before it uses those it has. Where x is shared, loads come
// before its barriers, and a round ahead would only take registers.
override AHEAD: bool = !SHARED_X && ROUNDS > 1u;

// A span of each row.
struct Spans { w0: Span, w1: Span, w2: Span, w3: Span, w4: Span, w5: Span, w6: Span, w7: Span }

fn spans_at(first: u32, span: u32) -> Spans {
  var spans = Spans();
  spans.w0 = weight_span(first, span);
  if (ROWS > 1u) {
    spans.w1 = weight_span(first + 1u, span);
  }
  if (ROWS > 2u) {
    spans.w2 = weight_span(first + 2u, span);
    spans.w3 = weight_span(first + 3u, span);
  }
  if (ROWS > 4u) {
    spans.w4 = weight_span(first + 4u, span);
    spans.w5 = weight_span(first + 5u, span);
    spans.w6 = weight_span(first + 6u, span);
    spans.w7 = weight_span(first + 7u, span);
  }
  return spans;
}

fn row_sums(first: u32, x_base: u32, lid: u32) -> RowSums {
  let lane = lid % LANES;
  var sums = RowSums();
  var squares = 0.0;
  var next = Spans();
  if (AHEAD) {
    next = spans_at(first, lane);
  }
  for (var round = 0u; round < ROUNDS; round++) {
    let span = round * LANES + lane;
    var spans = next;
    if (AHEAD) {
      next = spans_at(first, min(span + LANES, SPANS - 1u));
    } else {
      spans = spans_at(first, span);
    }
    bring_x(x_base, round, lid, &squares);
    // Beyond the row, scales may be anything.
    if (SPANS % LANES == 0u || span < SPANS) {
      let x = span_x(x_base, span, &squares);
      sums.rows.x += span_dot(spans.w0, x);
      if (ROWS > 1u) {
        sums.rows.y += span_dot(spans.w1, x);
      }
      if (ROWS > 2u) {
        sums.rows.z += span_dot(spans.w2, x);
        sums.rows.w += span_dot(spans.w3, x);
      }
      if (ROWS > 4u) {
        sums.more.x += span_dot(spans.w4, x);
        sums.more.y += span_dot(spans.w5, x);
        sums.more.z += span_dot(spans.w6, x);
        sums.more.w += span_dot(spans.w7, x);
      }
    }
  }
  sums.squares = squares;
  return lanes_sum(sums, lid);
}
