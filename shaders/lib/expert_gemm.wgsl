// What both forms of the experts' GEMM have: constants, bindings, and what becomes of the sums.
override K8: u32; // padded width of x in units of 8
override BLOCK: u32; // rows of W per expert
override FIRST_EXPERT: u32; // first expert in this part of W
override SLOTS: u32; // in routes
override USED_SLOTS: u32;
override X_DIVISOR: u32;
override ROUTE_STRIDE: u32;
override WEIGHTED: bool;

@group(0) @binding(0) var<storage, read> tiles: array<vec4u>; // number of tiles; then expert, first and end in `pairs` of each
@group(0) @binding(1) var<storage, read> pairs: array<u32>; // by expert
@group(0) @binding(2) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
@group(0) @binding(3) var<storage, read> x: array<vec4f>; // [R, K] or [R · slots, K]
@group(0) @binding(4) var<storage, read> weight: array<vec4u>; // [experts, N, K]
@group(0) @binding(5) var<storage, read_write> y: array<f32>; // [R · slots, N], or [R · slots, N / 2] when ACT

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
