// Which cached slots a query may see: up to its own unless BIDIRECTIONAL, inside the sliding window when WINDOW > 0, and not
// padding when MASKED. A causal window counts the query itself, a bidirectional one reaches WINDOW slots to either side.
const HIDDEN = -1e30; // score of a hidden slot: finite, so that a row that sees nothing stays free of NaN
override MASKED: bool = false;
override WINDOW: u32 = 0u;
override BIDIRECTIONAL: bool = false;

fn visible(sequence: u32, query_slot: u32, key_slot: u32) -> bool {
  var ok = key_slot <= query_slot || BIDIRECTIONAL;
  if (WINDOW > 0u && BIDIRECTIONAL) {
    ok = key_slot + WINDOW >= query_slot && query_slot + WINDOW >= key_slot;
  } else if (WINDOW > 0u) {
    ok = ok && key_slot + WINDOW > query_slot;
  }
  if (MASKED) {
    ok = ok && slot_mask[sequence * capacity() + key_slot] != 0u;
  }
  return ok;
}
