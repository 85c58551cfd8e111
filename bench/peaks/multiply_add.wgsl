// Chains of multiply-adds in f32 that depend on nothing but themselves: the arithmetic a device does at most outside its matrix units.
// Each round is 32 multiply-adds in 32 chains. Dispatch: as many workgroups as keep the device busy.
@group(0) @binding(0) var<storage, read> factors: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sink: array<vec4f>;

override WG: u32;
override ROUNDS: u32;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = factors[0];
  let b = factors[1];
  let start = f32(id.x % WG);
  var c0 = vec4f(start);
  var c1 = vec4f(start + 1.0);
  var c2 = vec4f(start + 2.0);
  var c3 = vec4f(start + 3.0);
  var c4 = vec4f(start + 4.0);
  var c5 = vec4f(start + 5.0);
  var c6 = vec4f(start + 6.0);
  var c7 = vec4f(start + 7.0);
  for (var round = 0u; round < ROUNDS; round++) {
    c0 = fma(c0, a, b);
    c1 = fma(c1, a, b);
    c2 = fma(c2, a, b);
    c3 = fma(c3, a, b);
    c4 = fma(c4, a, b);
    c5 = fma(c5, a, b);
    c6 = fma(c6, a, b);
    c7 = fma(c7, a, b);
  }
  let sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7;
  // Never so for factors in (0, 1) and terms above 0, which the compiler cannot know: the chains have to be computed.
  if (sum.x < 0.0) {
    sink[0] = sum;
  }
}
