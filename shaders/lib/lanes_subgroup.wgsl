// Sum over LANES neighbouring invocations, no more than the smallest subgroup has. All of them get it.
enable subgroups;

fn lanes_sum(value: vec4f, lid: u32) -> vec4f {
  var sum = value;
  for (var mask = LANES / 2u; mask > 0u; mask /= 2u) {
    if (ROWS == 1u) {
      sum.x += subgroupShuffleXor(sum.x, mask);
    } else {
      sum += subgroupShuffleXor(sum, mask);
    }
  }
  return sum;
}
