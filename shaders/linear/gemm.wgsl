// y[r, n] = act(Σ_k W[n, k] · x[r, k] + b[n]) + residual[r, n] for many rows, in tiles:
// plain ones, of subgroup matrices or of the packed dot product.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// Dispatch: (ceil(N / COLUMNS), ceil(rows / LINES), splits of K). Sums in f32. Widths are padded with zeros to multiples of 8.
// With two splits or more, which products with few tiles have to keep a GPU busy, what is written are their sums, for `join`.

override K8: u32; // width of x in units of 8
override ROWS: u32; // index in `step` of the number of rows

const X_BINDING = 1; // x, as the tile takes it
@group(0) @binding(2) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT
@group(0) @binding(6) var<storage, read_write> split_sums: array<vec4f>; // [splits, R, N]

// @use step
// @use weights
// @use activation
// @use result
// @use tile

var<private> first_row: u32;
var<private> first_column: u32;
var<private> split: u32;
var<private> splits: u32;

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
    if (splits == 1u) {
      put_result(row, column, sums);
    } else {
      split_sums[((split * step[ROWS] + row) * weight_rows() + column) / 4u] = sums;
    }
  }
}

// Where the tile lies.
fn begin(group: vec3u, groups: vec3u) -> bool {
  first_row = group.y * LINES;
  first_column = group.x * COLUMNS;
  split = group.z;
  splits = groups.z;
  return true;
}
