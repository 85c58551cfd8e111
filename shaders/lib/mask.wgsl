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

// Of queries from t0 on, `queries` at most of a step's `tokens`: one past the last slot that any of them sees.
fn end_of_seen(past: u32, t0: u32, queries: u32, tokens: u32) -> u32 {
  return past + select(min(t0 + queries, tokens), tokens, BIDIRECTIONAL);
}

// The first slot that any of them sees.
fn first_seen(past: u32, t0: u32) -> u32 {
  if (WINDOW > 0u && past + t0 + 1u > WINDOW) {
    return past + t0 + 1u - WINDOW - select(0u, 1u, BIDIRECTIONAL && past + t0 + 1u > WINDOW + 1u);
  }
  return 0u;
}

// Whether something may be hidden from one of them before slot `end`. All of them see all before the first of them, where nothing else hides
// some.
fn may_hide(past: u32, t0: u32, end: u32) -> bool {
  return MASKED || WINDOW > 0u || end > past + t0 + 1u;
}
