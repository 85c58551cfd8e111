// y[r, n] = act(Σ_k W[n, k] · x[r, k] + b[n]) + residual[r, n] for many rows: register-tiled, 64 rows × 64 columns a
// workgroup of 128 invocations, each holding 8 × 4 sums; tiles of x and W pass through workgroup memory, transposed.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// Dispatch: (ceil(N / 64), ceil(rows / 64)). Sums in f32. Widths are padded with zeros to multiples of 8.
override K8: u32; // width of x in units of 8
override OUT_STRIDE: u32;
override BIAS: bool = false;
override RESIDUAL: bool = false;
override ROWS: u32; // index in `step` of the number of rows

const TILE = 64u;
const DEPTH = 16u; // k per round
const PITCH = 17u; // vec4 per line of a transposed tile, one more than needed against bank conflicts

// @use step
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(2) var<storage, read> weight: array<vec4u>; // [N, K]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [R, N]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R, N], or [R, N / 2] when ACT

// @use weights
// @use activation

var<workgroup> x_tile: array<f32, DEPTH * PITCH * 4u>; // [DEPTH, TILE]
var<workgroup> w_tile: array<f32, DEPTH * PITCH * 4u>; // [DEPTH, TILE]

fn x4(k: u32, m: u32) -> vec4f {
  let at = k * PITCH * 4u + m;
  return vec4f(x_tile[at], x_tile[at + 1u], x_tile[at + 2u], x_tile[at + 3u]);
}

fn w4(k: u32, n: u32) -> vec4f {
  let at = k * PITCH * 4u + n;
  return vec4f(w_tile[at], w_tile[at + 1u], w_tile[at + 2u], w_tile[at + 3u]);
}

fn finish(row: u32, column: u32, rows: u32, columns: u32, sums: vec4f) {
  if (row >= rows || column >= columns) {
    return;
  }
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

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let rows = step[ROWS];
  let columns = arrayLength(&weight) / (K8 * WEIGHT_VECTORS);
  let row0 = group.y * TILE;
  let column0 = group.x * TILE;
  let m0 = (lid / 16u) * 8u; // this invocation's 8 rows
  let n0 = (lid % 16u) * 4u; // and 4 columns
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  // Each invocation brings 8 elements of one row of x and of one row of W per round.
  let line = lid % TILE;
  let half = lid / TILE;
  let x_row = row0 + line;
  let w_row = column0 + line;
  for (var round = 0u; round < (K8 + 1u) / 2u; round++) {
    let unit = round * 2u + half;
    var x_lo = vec4f(0.0);
    var x_hi = vec4f(0.0);
    var w = Eight(vec4f(0.0), vec4f(0.0));
    if (unit < K8) {
      if (x_row < rows) {
        x_lo = x[(x_row * K8 + unit) * 2u];
        x_hi = x[(x_row * K8 + unit) * 2u + 1u];
      }
      if (w_row < columns) {
        w = weight_unit(w_row * K8 + unit);
      }
    }
    for (var i = 0u; i < 4u; i++) {
      let lo = (half * 8u + i) * PITCH * 4u + line;
      let hi = (half * 8u + 4u + i) * PITCH * 4u + line;
      x_tile[lo] = x_lo[i];
      x_tile[hi] = x_hi[i];
      w_tile[lo] = w.lo[i];
      w_tile[hi] = w.hi[i];
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let a = x4(k, m0);
      let b = x4(k, m0 + 4u);
      let c = w4(k, n0);
      s0 += a.x * c;
      s1 += a.y * c;
      s2 += a.z * c;
      s3 += a.w * c;
      s4 += b.x * c;
      s5 += b.y * c;
      s6 += b.z * c;
      s7 += b.w * c;
    }
    workgroupBarrier();
  }
  let row = row0 + m0;
  let column = column0 + n0;
  finish(row, column, rows, columns, s0);
  finish(row + 1u, column, rows, columns, s1);
  finish(row + 2u, column, rows, columns, s2);
  finish(row + 3u, column, rows, columns, s3);
  finish(row + 4u, column, rows, columns, s4);
  finish(row + 5u, column, rows, columns, s5);
  finish(row + 6u, column, rows, columns, s6);
  finish(row + 7u, column, rows, columns, s7);
}
