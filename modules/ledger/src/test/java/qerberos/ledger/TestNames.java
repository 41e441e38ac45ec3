package qerberos.ledger;

import java.util.Arrays;

/// Names for entries of the form `name=content`: the name is what stands before the equals sign.
public final class TestNames implements EntryNames {
  @Override
  public byte[] name(byte[] leaf) {
    int end = 0;
    while (end < leaf.length && leaf[end] != '=') {
      end++;
    }
    return Hash.sha256(Arrays.copyOf(leaf, end)).bytes();
  }

  @Override
  public byte[] content(byte[] leaf) {
    return Hash.sha256(leaf).bytes();
  }
}
