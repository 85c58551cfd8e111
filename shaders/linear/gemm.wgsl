// y[r, n] = act(Σ_k W[n, k] · x[r, k] + b[n]) + residual[r, n] for many rows, in tiles:
// plain ones, of subgroup matrices or of the packed dot product.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// Dispatch: (ceil(N / COLUMNS), ceil(rows / LINES)). Sums in f32. Widths are padded with zeros to multiples of 8.

override K8: u32; // width of x in units of 8
override OUT_STRIDE: u32;
override BIAS: bool = false;
override RESIDUAL: bool = false;
override ROWS: u32; // index in `step` of the number of rows

@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(2) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use step
// @use weights
// @use activation
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

// Four neighbouring columns of y = act(x · Wᵀ + b) + residual, from their sums; with ACT, columns are pairs of gate and up.
fn put_result(row: u32, column: u32, sums: vec4f) {
  var total = sums;
  if (BIAS) {
    total += bias[column / 4u];
  }
  if (ACT == 0u) {
    let at = row * OUT_STRIDE + column;
    if (RESIDUAL) {
      total += vec4f(residual[at], residual[at + 1u], residual[at + 2u], residual[at + 3u]);
    }
    y[at] = total.x;
    y[at + 1u] = total.y;
    y[at + 2u] = total.z;
    y[at + 3u] = total.w;
  } else {
    let at = row * OUT_STRIDE + column / 2u;
    y[at] = activate(total.x) * total.y;
    y[at + 1u] = activate(total.z) * total.w;
  }
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
