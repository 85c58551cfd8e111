// y[r, i] = act(x[r, 2i]) · x[r, 2i + 1]: gate and up are interleaved.
// Dispatch: (ceil(rows · F / 64) folded over x and y).
override WIDTH: u32; // padded F
override ROWS: u32; // index in `step` of the number of rows

// @use step
@group(0) @binding(1) var<storage, read> x: array<vec2f>; // [R, 2F]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [R, F]

// @use activation

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = at.x + at.y * groups.x * 64u;
  if (i >= step[ROWS] * WIDTH) {
    return;
  }
  y[i] = activate(x[i].x) * x[i].y;
}
