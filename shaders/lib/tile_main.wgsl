// One workgroup for a tile whose `multiply_tile` needs nothing of subgroups.
@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  if (begin(group, groups)) {
    multiply_tile(lid, group.y * LINES, rounds_of(group.z, groups.z));
  }
}
