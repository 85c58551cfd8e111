// y[r, n] = act(Σ_k W[n, k] · x[r, k] + b[n]) + residual[r, n] for many rows: what gemm.wgsl makes, in tiles of subgroup
// matrices or of the packed dot product.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// Dispatch: (ceil(N / COLUMNS), ceil(rows / LINES)). Sums in f32. Widths are padded with zeros to multiples of 8.

// @use step
// @use weights
// @use activation
// @use gemm
// @use tile

var<private> first_row: u32;
var<private> first_column: u32;

// Where a line of the tile begins in x; rows beyond the last are made and not kept.
fn x_base(line: u32) -> u32 {
  return min(first_row + line, step[ROWS] - 1u) * 2u * K8;
}

fn w_row(column: u32) -> u32 {
  return min(first_column + column, weight_rows() - 1u);
}

fn finish(line: u32, column_in: u32, sums: vec4f) {
  let row = first_row + line;
  let column = first_column + column_in;
  if (row < step[ROWS] && column < weight_rows()) {
    put_result(row, column, sums);
  }
}

// Where the tile lies.
fn begin(group: vec3u) -> bool {
  first_row = group.y * LINES;
  first_column = group.x * COLUMNS;
  return true;
}
