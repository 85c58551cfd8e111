// Four neighbouring columns of a pair's y = act(x · Wᵀ) · weight(pair), from their sums; with ACT, columns are pairs of gate and up.
fn put_result(pair: u32, column: u32, sums: vec4f) {
  var total = sums;
  if (WEIGHTED) {
    total *= bitcast<f32>(routes[(pair / USED_SLOTS) * ROUTE_STRIDE + pair % USED_SLOTS + SLOTS]);
  }
  if (ACT == 0u) {
    let at = pair * BLOCK + column;
    y[at] = total.x;
    y[at + 1u] = total.y;
    y[at + 2u] = total.z;
    y[at + 3u] = total.w;
  } else {
    let at = pair * (BLOCK / 2u) + column / 2u;
    y[at] = activate(total.x) * total.y;
    y[at + 1u] = activate(total.z) * total.w;
  }
}
