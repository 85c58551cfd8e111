// What both forms of a GEMM have: constants, bindings (0 is the step), and what becomes of the sums.
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
