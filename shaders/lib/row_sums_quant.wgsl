// The sums of ROWS (1, 2, 4 or 8) rows of W with one row of x, which LANES neighbouring invocations of a GEMV gather, for quantised
// weights: a lane takes a span of each row at a time. How x comes is said by x_staged.wgsl or x_direct.wgsl, how it is multiplied by
// span_floats.wgsl or span_integers.wgsl. The shader has `load_x` and `given_squares`.
override SPANS: u32 = K8 * 8u / SPAN;
override ROUNDS: u32 = (SPANS + LANES - 1u) / LANES;

fn row_sums(first: u32, x_base: u32, lid: u32) -> RowSums {
  let lane = lid % LANES;
  var sums = RowSums();
  var squares = 0.0;
  for (var round = 0u; round < ROUNDS; round++) {
    let span = round * LANES + lane;
    // Asked for before the barriers that x may take.
    var w1 = Span();
    var w2 = Span();
    var w3 = Span();
    var w4 = Span();
    var w5 = Span();
    var w6 = Span();
    var w7 = Span();
    let w0 = weight_span(first, span);
    if (ROWS > 1u) {
      w1 = weight_span(first + 1u, span);
    }
    if (ROWS > 2u) {
      w2 = weight_span(first + 2u, span);
      w3 = weight_span(first + 3u, span);
    }
    if (ROWS > 4u) {
      w4 = weight_span(first + 4u, span);
      w5 = weight_span(first + 5u, span);
      w6 = weight_span(first + 6u, span);
      w7 = weight_span(first + 7u, span);
    }
    if (round == 0u) {
      squares = given_squares(x_base, lid);
    }
    bring_x(x_base, round, lid, &squares);
    // Beyond the row, scales may be anything.
    if (SPANS % LANES == 0u || span < SPANS) {
      let x = span_x(x_base, span, &squares);
      sums.rows.x += span_dot(w0, x);
      if (ROWS > 1u) {
        sums.rows.y += span_dot(w1, x);
      }
      if (ROWS > 2u) {
        sums.rows.z += span_dot(w2, x);
        sums.rows.w += span_dot(w3, x);
      }
      if (ROWS > 4u) {
        sums.more.x += span_dot(w4, x);
        sums.more.y += span_dot(w5, x);
        sums.more.z += span_dot(w6, x);
        sums.more.w += span_dot(w7, x);
      }
    }
  }
  sums.squares = squares;
  return lanes_sum(sums, lid);
}
