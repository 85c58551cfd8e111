"""BPE dropout: a copy of a tokenizer that leaves out merges at random."""


def with_dropout(tokenizer, share: float):
    copy = type(tokenizer).from_str(tokenizer.to_str())
    copy.model.dropout = share
    return copy
