// Reads a buffer and keeps nothing of it, four independent loads of 16 bytes at a time: what reading weights costs at least.
// Dispatch: any number of workgroups; each invocation strides over the buffer, whose length is a multiple of 4 strides.
@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> sink: array<vec4u>;

override WG: u32;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = groups.x * WG;
  let length = arrayLength(&source);
  var mixed = vec4u(0u);
  for (var at = id.x; at < length; at += 4u * stride) {
    mixed ^= source[at];
    mixed ^= source[at + stride];
    mixed ^= source[at + 2u * stride];
    mixed ^= source[at + 3u * stride];
  }
  // Never so for a buffer of zeros, which the compiler cannot know: the loads have to happen.
  if (any(mixed != vec4u(0u))) {
    sink[0] = mixed;
  }
}
