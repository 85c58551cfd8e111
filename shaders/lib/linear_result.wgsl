// What becomes of a product's sums.
override OUT_STRIDE: u32;
override BIAS: bool = false;
override RESIDUAL: bool = false;

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
