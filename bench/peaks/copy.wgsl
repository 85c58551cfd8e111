// to = from, in units of 16 bytes: what reading and writing a buffer costs at least.
// Dispatch: any number of workgroups; each invocation strides over the buffer.
@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> destination: array<vec4u>;

override WG: u32;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = groups.x * WG;
  let length = arrayLength(&source);
  for (var at = id.x; at < length; at += stride) {
    destination[at] = source[at];
  }
}
