// y[r, slot, n] = act(Σ_k W[expert(r, slot), n, k] · x[r, slot, k]) · weight(r, slot), for a few rows: every chosen expert of every
// row in one dispatch. x has one row for all slots when X_DIVISOR = USED_SLOTS, one per slot when it is 1.
// When ACT is set, rows 2i and 2i + 1 of an expert are gate and up, and y[r, slot, i] = act(gate) · up.
// One workgroup makes four rows of W for one pair. Dispatch: (BLOCK / 4 folded over x and y, 1, pairs). Sums in f32.
override WG: u32 = 64u;
override K8: u32; // padded width of x in units of 8
override BLOCK: u32; // rows of W per expert
override FIRST_EXPERT: u32; // first expert in this part of W
override SLOTS: u32; // in routes
override USED_SLOTS: u32; // the first of them, which are run here
override X_DIVISOR: u32;
override ROUTE_STRIDE: u32;
override WEIGHTED: bool;
override SPANS: u32 = K8 * 8u / SPAN; // of a row
override ITERATIONS: u32 = (SPANS + WG - 1u) / WG;

@group(0) @binding(0) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, K] or [R, slots, K]
@group(0) @binding(2) var<storage, read> weight: array<vec4u>; // [experts, N, K]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [R, slots, N], or [R, slots, N / 2] when ACT

// @use weights
// @use reduce
// @use activation

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tile = group.x + group.y * groups.x;
  let pair = group.z;
  let route = (pair / USED_SLOTS) * ROUTE_STRIDE + pair % USED_SLOTS;
  let expert = routes[route] - FIRST_EXPERT; // wraps around below zero
  let experts = weight_rows() / BLOCK;
  if (tile * 4u >= BLOCK || expert >= experts) {
    return;
  }
  let first = expert * BLOCK + tile * 4u;
  let x_base = (pair / X_DIVISOR) * K8 * 2u;
  var sums = vec4f(0.0);
  for (var i = 0u; i < ITERATIONS; i++) {
    let span = i * WG + lid;
    if (SPANS % WG == 0u || span < SPANS) {
      var v = array<vec4f, SPAN_VECTORS>();
      var v_sum = 0.0;
      for (var j = 0u; j < SPAN_VECTORS; j++) {
        v[j] = x[x_base + span * SPAN_VECTORS + j];
        v_sum += v[j].x + v[j].y + v[j].z + v[j].w;
      }
      sums += vec4f(
        weight_dot(first, span, v, v_sum),
        weight_dot(first + 1u, span, v, v_sum),
        weight_dot(first + 2u, span, v, v_sum),
        weight_dot(first + 3u, span, v, v_sum),
      );
    }
  }
  var total = workgroup_sum(sums, lid);
  if (WEIGHTED) {
    total *= bitcast<f32>(routes[route + SLOTS]);
  }
  if (ACT == 0u) {
    if (lid < 4u) {
      y[pair * BLOCK + tile * 4u + lid] = total[lid];
    }
  } else if (lid < 2u) {
    y[pair * (BLOCK / 2u) + tile * 2u + lid] = activate(total[2u * lid]) * total[2u * lid + 1u];
  }
}
