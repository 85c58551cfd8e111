// y = a + b, the residual connection on its own.
// Dispatch: (ceil(rows · vectors / 64) folded over x and y).
override VECTORS: u32; // padded width / 4
override ROWS: u32; // index in `step` of the number of rows

// @use step
@group(0) @binding(1) var<storage, read> a: array<vec4f>; // [R, M]
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // [R, M]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>; // [R, M]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = at.x + at.y * groups.x * 64u;
  if (i >= step[ROWS] * VECTORS) {
    return;
  }
  y[i] = a[i] + b[i];
}
