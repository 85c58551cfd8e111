// y[r, n] = act(s_r · Σ_k W[n, k] · g[k] · x[r, k] + b[n]) + residual[r, n]
// with s_r = 1 / sqrt(mean_k x[r, k]² + EPS) and g the norm's gain where there is a NORM, else 1 and 1.
// Where the product before has prepared the norm (x as NORMED), x comes times the gain, and its squares come summed in groups.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// LANES invocations make ROWS rows of W for one row of x. Dispatch: (ceil(N / (WG / LANES · ROWS)) folded over x and y, 1, rows).
// Sums in f32. Widths are padded with zeros to multiples of 8.
override WG: u32 = 128u;
override LANES: u32 = 32u;
override ROWS: u32 = 4u; // 1, 2, 4 or 8; for floats 2 or 4; not 1 when ACT
override K8: u32; // width of x in units of 8
override WIDTH: f32; // true width of x, for the mean
override OUT_STRIDE: u32;
const NONE = 0u;
const HERE = 1u;
const NORMED = 2u;
override NORM: u32 = NONE;
override SQUARE_GROUPS: u32 = 0u; // of x, when NORMED
override SQUARE_FOURS: u32 = (SQUARE_GROUPS + 3u) / 4u;
override AHEAD: u32 = 0u; // where in y the result times the gain of the norm behind it begins, if it is wanted
override AHEAD_SQUARES: u32 = 0u; // and the squares of each ROWS of it, summed
override AHEAD_GROUPS: u32 = 0u;
override BIAS: bool = false;
override RESIDUAL: bool = false;
override EPS: f32 = 0.0;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(1) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(2) var<storage, read> gain: array<vec4f>; // [K] of x; [R, SQUARE_GROUPS padded to 4] sums when NORMED; [N] of y when AHEAD
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use weights
// @use sum
// @use row_sums
// @use activation

// Four elements of a row of x times the norm's gain.
fn load_x(base: u32, vector: u32, squares: ptr<function, f32>) -> vec4f {
  var value = x[base + vector];
  if (NORM == HERE) {
    let by = gain[vector];
    // Not as a dot product: that took gate and up of an 8B model 4 % longer.
    *squares = fma(value.x, value.x, fma(value.y, value.y, fma(value.z, value.z, fma(value.w, value.w, *squares))));
    value *= by;
  }
  return value;
}

// An invocation's share of the squares of a row of x where they came summed.
fn given_squares(x_base: u32, lid: u32) -> f32 {
  var squares = 0.0;
  if (NORM == NORMED) {
    let row = x_base / (2u * K8);
    let sharers = select(LANES, WG, SHARED_X);
    for (var i = lid % sharers; i < SQUARE_FOURS; i += sharers) {
      let four = gain[row * SQUARE_FOURS + i];
      squares += dot(select(vec4f(0.0), four, 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(SQUARE_GROUPS)), vec4f(1.0));
    }
  }
  return squares;
}

// Of row `column` of W, before an activation; `at` is its place in y.
fn result_of(sums: RowSums, i: u32, scale: f32, column: u32, at: u32) -> f32 {
  var value = sum_of(sums, i) * scale;
  if (BIAS) {
    value += bias[column];
  }
  if (RESIDUAL) {
    value += residual[at];
  }
  return value;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let first = ((group.x + group.y * groups.x) * (WG / LANES) + lid / LANES) * ROWS;
  let row = group.z;
  let sums = row_sums(first, row * K8 * 2u, lid);
  var scale = 1.0;
  if (NORM != NONE) {
    scale = inverseSqrt(sums.squares / WIDTH + EPS);
  }
  let lane = lid % LANES;
  if (first >= weight_rows()) {
    return;
  }
  if (ACT == 0u) {
    let at = row * OUT_STRIDE + first;
    if (lane < ROWS) {
      let column = first + lane;
      let value = result_of(sums, lane, scale, column, at + lane);
      y[at + lane] = value;
      if (AHEAD > 0u) {
        y[AHEAD + at + lane] = value * gain[column / 4u][column % 4u];
      }
    }
    if (AHEAD > 0u && lane == 0u) {
      var squares_ahead = 0.0;
      for (var i = 0u; i < ROWS; i++) {
        let value = result_of(sums, i, scale, first + i, at + i);
        squares_ahead = fma(value, value, squares_ahead);
      }
      y[AHEAD_SQUARES + row * ((AHEAD_GROUPS + 3u) / 4u * 4u) + first / ROWS] = squares_ahead;
    }
  } else if (lane < ROWS / 2u) {
    var two = vec2f(sum_of(sums, 2u * lane), sum_of(sums, 2u * lane + 1u)) * scale;
    if (BIAS) {
      two += vec2f(bias[first + 2u * lane], bias[first + 2u * lane + 1u]);
    }
    y[row * OUT_STRIDE + first / 2u + lane] = activate(two.x) * two.y;
  }
}
