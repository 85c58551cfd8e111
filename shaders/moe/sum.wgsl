// y[r, m] = Σ_slot x[r, slot, m] + shared[r, m] · weight(r, USED_SLOTS) + residual[r, m], slots in order; the last two where there are any.
// Dispatch: (ceil(rows · vectors / 64) folded over x and y).
override VECTORS: u32; // padded M / 4
override SLOTS: u32; // in routes
override USED_SLOTS: u32; // in x
override ROUTE_STRIDE: u32;
override SHARED: bool;
override RESIDUAL: bool;
override ROWS: u32; // index in `step` of the number of rows

// @use step
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, slots, M]
@group(0) @binding(2) var<storage, read> routes: array<u32>; // [R, slots expert ids, then slots weights]
@group(0) @binding(3) var<storage, read> shared_rows: array<vec4f>; // [R, M]
@group(0) @binding(4) var<storage, read> residual: array<vec4f>; // [R, M]
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>; // [R, M]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = at.x + at.y * groups.x * 64u;
  if (i >= step[ROWS] * VECTORS) {
    return;
  }
  let row = i / VECTORS;
  var sum = vec4f(0.0);
  for (var slot = 0u; slot < USED_SLOTS; slot++) {
    sum += x[(row * USED_SLOTS + slot) * VECTORS + i % VECTORS];
  }
  if (SHARED) {
    sum += shared_rows[i] * bitcast<f32>(routes[row * ROUTE_STRIDE + SLOTS + USED_SLOTS]);
  }
  if (RESIDUAL) {
    sum += residual[i];
  }
  y[i] = sum;
}
