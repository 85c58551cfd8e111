// The sums of ROWS (2 or 4) rows of W with one row of x, which all LANES = WG invocations of a GEMV's workgroup gather, for weights kept
// as floats: eight weights of each row at a time, with their x. The shader has `load_x` and `given_squares`.
const SHARED_X = false;
override ITERATIONS: u32 = (K8 + WG - 1u) / WG;

fn row_sums(first: u32, x_base: u32, lid: u32) -> RowSums {
  var rows = vec4f(0.0);
  var squares = 0.0;
  for (var i = 0u; i < ITERATIONS; i++) {
    let unit = i * WG + lid;
    if (K8 % WG == 0u || unit < K8) {
      let x = array(load_x(x_base, 2u * unit, &squares), load_x(x_base, 2u * unit + 1u, &squares));
      if (ROWS > 2u) {
        rows += vec4f(
          span_dot(weight_span(first, unit), x, 0.0),
          span_dot(weight_span(first + 1u, unit), x, 0.0),
          span_dot(weight_span(first + 2u, unit), x, 0.0),
          span_dot(weight_span(first + 3u, unit), x, 0.0),
        );
      } else {
        rows.x += span_dot(weight_span(first, unit), x, 0.0);
        rows.y += span_dot(weight_span(first + 1u, unit), x, 0.0);
      }
    }
  }
  if (NORM > 0u) {
    squares += given_squares(x_base, lid);
    squares = workgroup_sum(vec4f(squares), lid).x;
  }
  return RowSums(workgroup_sum(rows, lid), vec4f(0.0), squares);
}
