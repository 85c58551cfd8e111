// x as a tile takes it, row by row: lib/x_parts.wgsl or lib/x_integers.wgsl.
// Dispatch: (ceil(K / 64), ceil(rows / 16)).

// @use shape
// DEPTH

override K8: u32; // width of x in units of 8
override ROWS: u32; // index in `step` of the number of rows

// @use step
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, K]
@group(0) @binding(2) var<storage, read_write> parts: array<Part>; // as the snippet lays them out

// @use parts

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let line = lid / 16u;
  let row = min(group.y * 16u + line, step[ROWS] - 1u);
  put_parts(group.y, line, group.x * 16u + lid % 16u, row * 2u * K8);
}
